import type { BoardFrame } from '../wire';
import { connection } from './connection.svelte';
import { organisation } from './organisation.svelte';

const KEPT = 240;
export interface Reading { at: number; waiting: number; longest: number; level: number | null; abandoned: number | null }

/** The live figures, with the readings since this page was opened for the sparklines. */
class Board {
  frame = $state<BoardFrame | null>(null);
  received = $state(0);
  readings = $state.raw<Reading[]>([]);
  /** Queues that the figures on top count; empty for all. */
  selected = $state<string[]>([]);

  put(frame: BoardFrame) {
    this.frame = frame;
    this.received = Date.now();
    const last = this.readings.at(-1);
    if (last && frame.at < last.at + 1_000) return;
    this.readings = [...this.readings.slice(-KEPT), this.reading(frame)];
  }

  toggle(queue: string) {
    this.selected = this.selected.includes(queue) ? this.selected.filter((one) => one !== queue) : [...this.selected, queue];
    this.readings = [];
  }

  clear() {
    this.selected = [];
    this.readings = [];
  }

  get now(): Reading | null {
    return this.frame && this.reading(this.frame);
  }

  get queues() {
    const all = this.frame?.queues ?? [];
    return this.selected.length ? all.filter((queue) => this.selected.includes(queue.queue)) : all;
  }

  private reading(frame: BoardFrame): Reading {
    const queues = this.selected.length ? frame.queues.filter((queue) => this.selected.includes(queue.queue)) : frame.queues;
    const sum = (of: (queue: BoardFrame['queues'][number]) => number) => queues.reduce((total, queue) => total + of(queue), 0);
    const rated = queues.filter((queue) => queue.service_level.percent !== null);
    const weight = rated.reduce((total, queue) => total + queue.offered, 0);
    const level = weight ? rated.reduce((total, queue) => total + (queue.service_level.percent ?? 0) * queue.offered, 0) / weight : null;
    const offered = sum((queue) => queue.offered);
    return {
      at: frame.at, waiting: sum((queue) => queue.waiting), level,
      longest: queues.reduce((most, queue) => Math.max(most, queue.longest_since === null ? 0 : frame.at - queue.longest_since), 0),
      abandoned: offered ? (100 * sum((queue) => queue.abandoned)) / offered : null,
    };
  }
}
export const board = new Board();
connection.subscribe((message) => message.type === 'board' && board.put(message));
connection.onlink((link) => {
  if (link === 'online' && organisation.supervises) void connection.try({ type: 'watch_board' });
});
