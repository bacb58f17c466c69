import { expect, test } from 'vitest';
import { say, type Key } from '../src/panel/strings';
import { de } from '../src/words/de';
import { en } from '../src/words/en';

const blanks = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();

test('a sentence has the same blanks in each language of the consoles', () => {
  for (const [word, text] of Object.entries(en)) expect(blanks(de[word as keyof typeof en]), word).toEqual(blanks(text));
});

test('no sentence of the consoles is empty', () => {
  for (const table of [en, de]) for (const [word, text] of Object.entries(table)) expect(text.trim(), word).not.toBe('');
});

test('the widget fills every blank in each of its languages', () => {
  const values = { n: 2, t: '2', name: 'Ana', email: 'ana@example.org', channel: 'chat' };
  const keys: Key[] = ['place', 'wait', 'minutes', 'joined', 'left', 'stars', 'transcriptSent', 'typing', 'switched', 'remove'];
  for (const language of ['en', 'de', 'ar', 'de-AT']) for (const key of keys) expect(say(language, key, values), `${language} ${key}`).toMatch(/Ana|2|chat|ana@example\.org/);
});

test('a language without a table falls back to English', () => {
  expect(say('fi', 'send')).toBe('Send');
});
