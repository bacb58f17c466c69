import type { BoardFrame, BoardReading, QueueReading } from '../wire';
import { connection } from './connection.svelte';
import { organisation } from './organisation.svelte';

/** How long the lines reach back, and how close their points are, at most. */
const HOUR_MS = 3_600_000;
const APART_MS = 15_000;

/** The figures of the selected queues together, at a moment. */
export interface Reading { at: number; waiting: number; longest: number; level: number | null; abandoned: number | null }

/** The live figures, with the readings of the past hour for the lines. */
class Board {
  frame = $state.raw<BoardFrame | null>(null);
  received = $state(0);
  /** Queues that the figures on top count; empty for all. */
  selected = $state<string[]>([]);
  private past = $state.raw<BoardReading[]>([]);

  put(frame: BoardFrame) {
    this.frame = frame;
    this.received = Date.now();
    const last = this.past.at(-1);
    if (last && frame.at < last.at + APART_MS) return;
    this.past = [...this.past.filter((one) => frame.at - HOUR_MS <= one.at), reading(frame)];
  }

  /** Asks for what this page has not seen: the hour before it was opened, or what it missed while away. */
  async look() {
    if (!organisation.supervises || !(await connection.try({ type: 'watch_board' }))) return;
    const answer = await connection.ask({ type: 'past_hour' }).catch(() => null);
    if (answer?.answer !== 'past_hour') return;
    const known = new Set(this.past.map((one) => one.at));
    this.past = [...this.past, ...answer.readings.filter((one) => !known.has(one.at))].sort((one, other) => one.at - other.at);
  }

  toggle(queue: string) {
    this.selected = this.selected.includes(queue) ? this.selected.filter((one) => one !== queue) : [...this.selected, queue];
  }

  clear() {
    this.selected = [];
  }

  get now(): Reading | null {
    return this.frame && this.sum(reading(this.frame));
  }

  /** Of the past hour, oldest first; the last is what is now. */
  get readings(): Reading[] {
    const all = this.past.map((one) => this.sum(one));
    const now = this.now;
    return now ? [...all, now] : all;
  }

  get queues() {
    return (this.frame?.queues ?? []).filter((queue) => this.counts(queue.queue));
  }

  private counts(queue: string): boolean {
    return this.selected.length === 0 || this.selected.includes(queue);
  }

  private sum({ at, queues: all }: BoardReading): Reading {
    const queues = all.filter((queue) => this.counts(queue.queue));
    const sum = (of: (queue: QueueReading) => number) => queues.reduce((total, queue) => total + of(queue), 0);
    const rated = queues.filter((queue) => queue.percent !== null);
    const weight = rated.reduce((total, queue) => total + queue.offered, 0);
    const level = weight ? rated.reduce((total, queue) => total + (queue.percent ?? 0) * queue.offered, 0) / weight : null;
    const offered = sum((queue) => queue.offered);
    return {
      at, waiting: sum((queue) => queue.waiting), level,
      longest: queues.reduce((most, queue) => Math.max(most, queue.longest_since === null ? 0 : at - queue.longest_since), 0),
      abandoned: offered ? (100 * sum((queue) => queue.abandoned)) / offered : null,
    };
  }
}

function reading(frame: BoardFrame): BoardReading {
  return {
    at: frame.at,
    queues: frame.queues.map(({ queue, waiting, longest_since, service_level, offered, abandoned }) => ({ queue, waiting, longest_since, percent: service_level.percent, offered, abandoned })),
  };
}

export const board = new Board();
connection.subscribe((message) => message.type === 'board' && board.put(message));
connection.onlink((link) => link === 'online' && void board.look());
