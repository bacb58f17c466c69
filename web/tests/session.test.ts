import { describe, expect, it } from 'vitest';
import { backoff } from '../src/lib/backoff';
import { apply, fromSnapshot, handler, joined, splitAtByte, type SessionState } from '../src/lib/session';
import type { Recorded, SessionEvent } from '../src/wire';

const empty = (): SessionState =>
  fromSnapshot({
    session: 's1', sequence: 3, truncated: false, events: [], earlier: [],
    card: {
      session: 's1', customer: 'c1', customer_name: 'Ana', site: 'outdoor', channels: ['chat'], channel: 'chat', present: true, language: 'en', intent: null,
      opened_at: 0, last_at: 0, last_text: '', last_sequence: 3, unread: 0, closed: false, task: null,
    },
    context: { identities: [], facts: [], intent: null, intent_confidence: null, language: null, legs: [], handover_note: null, handover_reason: null, supervisors: [], history: [] },
  });
const at = (sequence: number, event: SessionEvent): Recorded<SessionEvent> => ({ sequence, at: sequence, event });
const all = (...events: SessionEvent[]) =>
  events.reduce((state, event) => {
    const applied = apply(state, state.sequence, at(state.sequence + 1, event));
    if (applied.outcome !== 'applied') throw new Error(applied.outcome);
    return applied.state;
  }, empty());
const created: SessionEvent = { type: 'task_created', task: 't1', queue: 'billing', channel: 'chat', requirements: {}, priority: 0, waiting_since: 5 };

describe('a session folded from its events', () => {
  it('takes the next event in', () => {
    const applied = apply(empty(), 3, at(4, { type: 'reopened' }));
    expect(applied).toMatchObject({ outcome: 'applied', state: { sequence: 4, closed: false } });
  });
  it('refuses an event that leaves a gap', () => {
    expect(apply(empty(), 4, at(5, { type: 'reopened' }))).toEqual({ outcome: 'gap' });
  });
  it('accepts skipped numbers as long as nothing of its own view is missing', () => {
    expect(apply(empty(), 3, at(9, { type: 'reopened' })).outcome).toBe('applied');
  });
  it('drops what it already has', () => {
    expect(apply(empty(), 2, at(3, { type: 'reopened' }))).toEqual({ outcome: 'duplicate' });
  });
  it('does not change the state it was given', () => {
    const state = empty();
    apply(state, 3, at(4, { type: 'fact_collected', name: 'order', value: '1', source: { kind: 'system' } }));
    expect(state).toEqual(empty());
  });
  it('knows who has the task after assignment, and that nobody has it after a transfer', () => {
    expect(handler(all(created, { type: 'task_assigned', task: 't1', reservation: null, agent: 'ben' }).task)).toBe('ben');
    const moved = all(created, { type: 'task_assigned', task: 't1', reservation: null, agent: 'ben' }, {
      type: 'task_transferred', task: 't1', from: 'ben', target: { to: 'queue', queue: 'returns' }, requirements: {}, reason: 'agent', note: 'see order',
    });
    expect(handler(moved.task)).toBeNull();
    expect(moved.task).toMatchObject({ queue: 'returns', state: 'pending' });
    expect(moved.context.handover_note).toBe('see order');
  });
  it('ignores events of a task that is no longer the current one', () => {
    expect(all(created, { type: 'task_completed', task: 'other', agent: 'ben', disposition: null, summary: null }).task?.state).toBe('pending');
  });
  it('replaces a fact of the same name', () => {
    const source = { kind: 'customer' } as const;
    const state = all({ type: 'fact_collected', name: 'order', value: '1', source }, { type: 'fact_collected', name: 'order', value: '2', source });
    expect(state.context.facts).toEqual([{ name: 'order', value: '2' }]);
  });
  it('never lowers a verified identity to a claimed one', () => {
    const identity = { kind: 'email', value: 'ana@example.org' } as const;
    const state = all({ type: 'identity_attached', identity, verification: 'verified' }, { type: 'identity_attached', identity, verification: 'claimed' });
    expect(state.context.identities).toEqual([{ identity, verification: 'verified' }]);
  });
  it('rings at several until the last of them is over', () => {
    const asked = (reservation: string, agent: string): SessionEvent => ({ type: 'task_reserved', task: 't1', reservation, agent, expires_at: 9 });
    const over = (reservation: string, agent: string): SessionEvent => ({ type: 'reservation_ended', task: 't1', reservation, agent, outcome: 'rescinded' });
    const both = [created, asked('r1', 'ana'), asked('r2', 'ben')];
    expect(all(...both).task).toMatchObject({ state: 'reserved', agent: 'ana', others: [{ agent: 'ben' }] });
    expect(all(...both, over('r1', 'ana')).task).toMatchObject({ state: 'reserved', reservation: 'r2', agent: 'ben' });
    expect(all(...both, over('r1', 'ana'), over('r2', 'ben')).task).toMatchObject({ state: 'pending' });
  });
  it('never moves a read mark back', () => {
    const state = all({ type: 'read_marked', reader: 'customer', through: 3 }, { type: 'read_marked', reader: 'customer', through: 1 });
    expect(state.readByCustomer).toBe(3);
  });
});

describe('merged sessions', () => {
  const at = (sequence: number, event: SessionEvent) => ({ sequence, at: 0, event });
  const absorbed = (other: string): SessionEvent => ({ type: 'absorbed', other, through: 1 });
  it('can be parted where they joined last, until they are', () => {
    const log = [at(1, absorbed('b')), at(2, { type: 'separated', other: 'b' }), at(3, absorbed('c')), at(4, absorbed('b'))];
    expect([...joined(log)]).toEqual([['c', 3], ['b', 4]]);
    expect([...joined([...log, at(5, { type: 'separated', other: 'c' })])]).toEqual([['b', 4]]);
  });
});

describe('a place in bytes', () => {
  it('splits before the quoted part', () => expect(splitAtByte('Grüße\n> alt', 8)).toEqual(['Grüße\n', '> alt']));
  it('never splits a character', () => expect(splitAtByte('a😀b', 3)).toEqual(['a', '😀b']));
  it('keeps all without one', () => expect(splitAtByte('abc', null)).toEqual(['abc', '']));
});

describe('backoff', () => {
  it('grows and stays under its ceiling', () => {
    expect(backoff(0, () => 1)).toBe(400);
    expect(backoff(3, () => 0)).toBe(1600);
    expect(backoff(60, () => 1)).toBe(15_000);
  });
});
