import type { Answer, ConsoleMessage, ConsoleRefusal, ConsoleRequest } from '../wire';
import { backoff } from './backoff';

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** A request without its number, which the socket gives. */
export type Ask = Without<ConsoleRequest, 'request'>;

export type Link = 'connecting' | 'online' | 'offline' | 'logged_out';

/** The engine said no, or the connection went away before an answer (`lost`). */
export class Refusal extends Error {
  constructor(readonly code: ConsoleRefusal | 'lost', message: string) {
    super(message);
  }
}

interface Waiting {
  done: (answer: Answer) => void;
  refused: (refusal: Refusal) => void;
}

export interface Listener {
  message(message: ConsoleMessage): void;
  link(link: Link): void;
}

const VERSION = 1;
const PING_MS = 20_000;
const SILENCE_MS = 50_000;

/** The one connection of the console: numbers requests, matches answers, comes back when lost. */
export class ConsoleSocket {
  private socket: WebSocket | null = null;
  private waiting = new Map<number, Waiting>();
  private next = 1;
  private attempt = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private heard = 0;
  private stopped = true;
  private pinger: ReturnType<typeof setInterval> | undefined;

  constructor(private listener: Listener) {}

  start() {
    this.stopped = false;
    this.pinger ??= setInterval(() => this.ping(), PING_MS);
    addEventListener('online', this.wake);
    this.connect();
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.retry);
    clearInterval(this.pinger);
    this.pinger = undefined;
    removeEventListener('online', this.wake);
    this.socket?.close();
  }

  /** Rejects with a `Refusal`; `lost` when not connected. */
  ask(ask: Ask): Promise<Answer> {
    const socket = this.socket;
    if (!socket || socket.readyState !== WebSocket.OPEN) return Promise.reject(new Refusal('lost', 'Not connected'));
    const request = this.next++;
    return new Promise((done, refused) => {
      this.waiting.set(request, { done, refused });
      socket.send(JSON.stringify({ request, ...ask }));
    });
  }

  private wake = () => this.connect();

  private connect() {
    clearTimeout(this.retry);
    if (this.stopped || (this.socket && this.socket.readyState < WebSocket.CLOSING)) return;
    this.listener.link('connecting');
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/console`);
    this.socket = socket;
    socket.onopen = () => {
      this.heard = Date.now();
      this.ask({ type: 'hello', version: VERSION }).catch(() => socket.close());
    };
    socket.onmessage = (event) => this.socket === socket && this.receive(event.data);
    socket.onclose = () => this.socket === socket && this.lost();
  }

  private receive(data: string) {
    this.heard = Date.now();
    const message = JSON.parse(data) as ConsoleMessage;
    if (message.type === 'done') {
      this.waiting.get(message.request)?.done(message.answer);
      this.waiting.delete(message.request);
    } else if (message.type === 'refused' && message.request !== null) {
      this.waiting.get(message.request)?.refused(new Refusal(message.code, message.message));
      this.waiting.delete(message.request);
    } else if (message.type === 'welcome') {
      this.attempt = 0;
      this.listener.message(message);
      this.listener.link('online');
      return;
    } else if (message.type === 'bye' && message.code === 'logged_out') {
      this.stopped = true;
      this.listener.link('logged_out');
    }
    this.listener.message(message);
  }

  private lost() {
    this.socket = null;
    for (const { refused } of this.waiting.values()) refused(new Refusal('lost', 'Connection lost'));
    this.waiting.clear();
    if (this.stopped) return;
    this.listener.link('offline');
    // A session that has ended cannot be seen on a socket that is refused: ask.
    void fetch('/v1/me').then((response) => response.status === 401 && this.listener.link('logged_out')).catch(() => undefined);
    this.retry = setTimeout(() => this.connect(), backoff(this.attempt++));
  }

  private ping() {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    if (this.heard + SILENCE_MS < Date.now()) this.socket.close();
    else this.ask({ type: 'ping' }).catch(() => undefined);
  }
}
