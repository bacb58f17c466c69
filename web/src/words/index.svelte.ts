import { de } from './de';
import { en } from './en';

export type Word = keyof typeof en;
export type Words = Record<Word, string>;
export type Spoken = 'en' | 'de';

const tables: Record<Spoken, Words> = { en, de };
const KEY = 'tandem:language';

/** The consoles' language: what this person chose on this machine, else the browser's. */
class Speech {
  language = $state<Spoken>(chosen());

  set(language: Spoken) {
    this.language = language;
    localStorage.setItem(KEY, language);
    document.documentElement.lang = language;
  }

  /** The one that is not spoken now. */
  get other(): Spoken {
    return this.language === 'en' ? 'de' : 'en';
  }
}

function chosen(): Spoken {
  const wanted = localStorage.getItem(KEY) ?? navigator.language;
  return wanted.startsWith('de') ? 'de' : 'en';
}

export const speech = new Speech();
document.documentElement.lang = speech.language;

/** A sentence in the language spoken now, with `{values}` filled in. */
export function t(word: Word, values: Record<string, string | number> = {}): string {
  return tables[speech.language][word].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}
