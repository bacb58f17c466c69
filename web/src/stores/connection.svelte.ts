import { ConsoleSocket, Refusal, type Ask, type Link } from '../lib/socket';
import type { Answer, ConsoleMessage } from '../wire';

type Handler = (message: ConsoleMessage) => void;

export interface Notice { text: string; label?: string; act?: () => void }

/** Long enough to read a sentence; longer where there is something to do. */
const NOTICE_MS = 6_000;
const NOTICE_TO_ACT_MS = 15_000;

/** How the engine is reached. Stores subscribe and ask here; components only look at `link`. */
class Connection {
  link = $state<Link>('offline');
  since = $state(Date.now());
  /** What happened last that the person should read, and what they may do about it. */
  notice = $state<Notice | null>(null);
  private handlers: Handler[] = [];
  private links: ((link: Link) => void)[] = [];
  private noticeTimer: ReturnType<typeof setTimeout> | undefined;
  private socket = new ConsoleSocket({
    message: (message) => this.handlers.forEach((handle) => handle(message)),
    link: (link) => this.changed(link),
  });

  start() {
    this.socket.start();
  }

  stop() {
    this.socket.stop();
  }

  subscribe(handler: Handler) {
    this.handlers.push(handler);
  }

  onlink(handler: (link: Link) => void) {
    this.links.push(handler);
  }

  /** Rejects with a `Refusal`. */
  ask(ask: Ask): Promise<Answer> {
    return this.socket.ask(ask);
  }

  /** Asks, and tells the person when the engine says no. True when it was done. */
  async try(ask: Ask): Promise<boolean> {
    try {
      await this.ask(ask);
      return true;
    } catch (error) {
      this.tell(error instanceof Refusal ? error.message : String(error));
      return false;
    }
  }

  tell(text: string, choice?: { label: string; act: () => void }) {
    this.notice = { text, ...choice };
    clearTimeout(this.noticeTimer);
    this.noticeTimer = setTimeout(() => (this.notice = null), choice ? NOTICE_TO_ACT_MS : NOTICE_MS);
  }

  /** Does what the notice offers. */
  act() {
    const act = this.notice?.act;
    this.notice = null;
    act?.();
  }

  private changed(link: Link) {
    if (this.link !== link) this.since = Date.now();
    this.link = link;
    this.links.forEach((handle) => handle(link));
  }
}
export const connection = new Connection();
connection.subscribe((message) => {
  if (message.type === 'alert') connection.tell(message.message);
  if (message.type === 'refused' && message.request === null) connection.tell(message.message);
});
