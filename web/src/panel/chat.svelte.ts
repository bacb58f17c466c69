import { backoff } from '../lib/backoff';
import type { ChatItem, ChatMessage, ChatRequest, Sequence, SessionId, SiteInfo, Standing, Upload } from '../wire';

const VERSION = 1;
const PING_MS = 25_000;
const TYPING_SHOWN_MS = 5_000;
const RETRY_MS = 8_000;

/** A message of the visitor that is not among the items yet. */
export interface Pending {
  id: string;
  text: string;
  uploads: Upload[];
  failed: string | null;
  /** In the log: shown until its event comes, never sent again. */
  acknowledged: boolean;
}

interface Kept {
  visitor: string | null;
  pending: Pending[];
  draft: string;
}

/** `de-AT` is `de` to the engine. */
const primary = (language: string) => language.split('-')[0]?.toLowerCase() || null;

/** The visitor's side of the chat protocol: one socket, the items seen, and what waits to be sent. */
export class Chat {
  items = $state<ChatItem[]>([]);
  standing = $state<Standing>({ with: 'nobody' });
  site = $state<SiteInfo | null>(null);
  online = $state(false);
  truncated = $state(false);
  pending = $state<Pending[]>([]);
  draft = $state('');
  typing = $state<string | null>(null);
  place = $state<{ position: number; wait: number | null; closed: { until: number | null } | null } | null>(null);
  trouble = $state<string | null>(null);
  fatal = $state<string | null>(null);
  hasSession = $state(false);
  shown = $state(true);
  visitor = $state<string | null>(null);

  private socket: WebSocket | null = null;
  private sequence: Sequence = 0;
  /** The session `sequence` counts in, once the server has named it. */
  private session: SessionId | null = null;
  private attempt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private typingTimer: ReturnType<typeof setTimeout> | undefined;
  private typingSent = 0;
  private readSent: Sequence = 0;
  private form: Record<string, string> = {};
  private user: string | null = null;
  private welcomed = false;
  private key: string;

  constructor(private siteId: string, private page: string | null, public language: string) {
    this.key = `tandem:${siteId}`;
    const kept = this.restore();
    this.visitor = kept.visitor;
    this.pending = kept.pending;
    this.draft = kept.draft;
    addEventListener('online', () => this.connect());
    setInterval(() => this.welcomed && this.send({ type: 'ping' }), PING_MS);
    setInterval(() => this.flush(), RETRY_MS);
  }

  connect() {
    clearTimeout(this.timer);
    if (this.socket && this.socket.readyState < WebSocket.CLOSING) return;
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/chat`);
    this.socket = socket;
    socket.onopen = () => this.hello();
    socket.onmessage = (event) => this.socket === socket && this.receive(event.data);
    socket.onclose = () => this.socket === socket && this.lost();
  }

  setUser(jwt: string) {
    if (this.user === jwt) return;
    this.user = jwt;
    this.reconnect();
  }

  /** What the site says of itself comes with the welcome, so hello is said again. */
  setLanguage(language: string) {
    if (this.language === language) return;
    this.language = language;
    this.reconnect();
  }

  setDraft(text: string) {
    this.draft = text;
    this.keep();
    const now = Date.now();
    if (text && this.welcomed && this.typingSent + 3_000 < now && this.hasSession) {
      this.typingSent = now;
      this.send({ type: 'typing' });
    }
  }

  /** Keeps the message and sends it, now or when the connection is back. */
  post(text: string, uploads: Upload[] = []) {
    this.pending = [...this.pending, { id: crypto.randomUUID(), text, uploads, failed: null, acknowledged: false }];
    this.draft = '';
    this.keep();
    this.flush();
  }

  retry(id: string) {
    this.pending = this.pending.map((one) => (one.id === id ? { ...one, failed: null } : one));
    this.flush();
  }

  requestPerson() {
    this.send({ type: 'request_person' });
  }

  end() {
    this.send({ type: 'end' });
  }

  chooseCallback(number: string) {
    this.trouble = null;
    this.send({ type: 'choose_callback', number });
  }

  declineCallback() {
    this.send({ type: 'decline_callback' });
  }

  rate(score: number, comment: string | null) {
    this.send({ type: 'rate', score, comment });
  }

  transcript(email: string) {
    this.send({ type: 'transcript', email });
  }

  /** The form's answers go with a hello, so one is said again. */
  fill(form: Record<string, string>) {
    this.form = form;
    this.reconnect();
  }

  read() {
    if (!this.shown || document.hidden || !this.welcomed) return;
    const last = this.items.findLast((item) => item.kind === 'message' && item.from.who !== 'customer');
    if (!last || last.sequence <= this.readSent) return;
    this.readSent = last.sequence;
    this.send({ type: 'read', through: last.sequence });
  }

  /** Rejects with the status when the server refuses the file. */
  async upload(file: File): Promise<Upload> {
    const body = new FormData();
    body.append('file', file, file.name);
    const headers = { authorization: `Visitor ${this.visitor ?? ''}` };
    const response = await fetch('/chat/uploads', { method: 'POST', headers, body });
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
  }

  get unread() {
    return this.items.filter((item) => item.kind === 'message' && item.from.who !== 'customer' && this.readSent < item.sequence).length;
  }

  private hello() {
    this.send({
      type: 'hello', version: VERSION, site: this.siteId, visitor: this.visitor, user: this.user,
      since: this.sequence, session: this.session, language: primary(this.language), page: this.page, form: this.form,
    });
  }

  private reconnect() {
    if (!this.socket) return;
    this.attempt = 0;
    const old = this.socket;
    this.socket = null;
    this.welcomed = false;
    old.close();
    this.connect();
  }

  private lost() {
    this.online = this.welcomed = false;
    this.socket = null;
    this.place = this.place && { ...this.place };
    if (this.fatal) return;
    this.timer = setTimeout(() => this.connect(), backoff(this.attempt++));
  }

  private send(request: ChatRequest) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(request));
  }

  private flush() {
    if (!this.welcomed) return;
    for (const one of this.pending) {
      if (one.failed || one.acknowledged) continue;
      this.send({ type: 'message', id: one.id, text: one.text, uploads: one.uploads.map((upload) => upload.upload) });
    }
  }

  private receive(data: string) {
    const message = JSON.parse(data) as ChatMessage;
    switch (message.type) {
      case 'welcome':
        this.attempt = 0;
        this.online = this.welcomed = true;
        this.visitor = message.visitor;
        this.site = message.site;
        this.standing = message.standing;
        this.hasSession = message.session !== null;
        this.session = message.session;
        if (!message.session) this.sequence = 0;
        this.trouble = null;
        this.keep();
        this.flush();
        break;
      case 'snapshot':
        this.session = message.session;
        // Items of a merged session have no place in this one's counting.
        this.items = message.items.map((item, index, all) => (item.sequence > 0 ? item : { ...item, sequence: index - all.length }));
        this.truncated = message.truncated;
        this.sequence = message.sequence;
        this.standing = message.standing;
        this.hasSession = true;
        this.pending = this.pending.filter((one) => !one.acknowledged);
        this.settle();
        this.read();
        break;
      case 'event':
        this.event(message.after, message.item, message.sequence);
        break;
      case 'ack':
        this.acknowledged(message.id);
        break;
      case 'refused':
        this.refused(message);
        break;
      case 'typing':
        this.typing = message.name;
        clearTimeout(this.typingTimer);
        this.typingTimer = setTimeout(() => (this.typing = null), TYPING_SHOWN_MS);
        break;
      case 'place':
        this.place = { position: message.position, wait: message.wait_seconds, closed: message.closed ?? null };
        break;
      case 'bye':
        if (['unknown_site', 'unauthorised', 'malformed'].includes(message.code)) this.unwelcome(message.code, message.message);
        break;
      case 'pong':
        break;
    }
  }

  /** A token that is no longer known is dropped, once; anything else ends the attempts. */
  private unwelcome(code: string, message: string) {
    if (code === 'unauthorised' && (this.visitor || this.user)) {
      if (!this.user) this.visitor = null;
      this.user = null;
      this.sequence = 0;
      this.keep();
    } else this.fatal = message;
  }

  private event(after: Sequence, item: ChatItem, sequence: Sequence) {
    if (sequence <= this.sequence) return;
    if (after !== this.sequence) {
      this.reconnect();
      return;
    }
    this.sequence = sequence;
    this.hasSession = true;
    this.items.push(item);
    this.stand(item);
    this.settle();
    this.read();
  }

  private stand(item: ChatItem) {
    if (item.kind === 'joined') this.standing = { with: 'agent', name: item.name, automated: item.automated };
    else if (item.kind === 'waiting' || item.kind === 'reopened') this.standing = { with: 'waiting' };
    else if (item.kind === 'closed') this.standing = { with: 'closed', rated: false };
    else if (item.kind === 'rated' && this.standing.with === 'closed') this.standing = { with: 'closed', rated: true };
    if (item.kind === 'message' && item.from.who === 'agent') this.typing = null;
    if (this.standing.with !== 'waiting') this.place = null;
  }

  /** What is in the log is no longer pending. */
  private settle() {
    const seen = new Set(this.items.flatMap((item) => (item.kind === 'message' ? [item.id] : [])));
    if (this.pending.some((one) => seen.has(one.id))) {
      this.pending = this.pending.filter((one) => !seen.has(one.id));
      this.keep();
    }
  }

  private acknowledged(id: string) {
    this.pending = this.pending.map((one) => (one.id === id ? { ...one, acknowledged: true } : one));
    this.hasSession = true;
    this.settle();
    this.keep();
  }

  private refused(message: Extract<ChatMessage, { type: 'refused' }>) {
    if (message.retry_after_ms !== null && message.retry_after_ms !== undefined) {
      setTimeout(() => this.flush(), message.retry_after_ms);
      return;
    }
    if (message.id) this.pending = this.pending.map((one) => (one.id === message.id ? { ...one, failed: message.message } : one));
    else this.trouble = message.message;
    this.keep();
  }

  private restore(): Kept {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key) ?? '{}') as Partial<Kept>;
      return { visitor: kept.visitor ?? null, pending: kept.pending ?? [], draft: kept.draft ?? '' };
    } catch {
      return { visitor: null, pending: [], draft: '' };
    }
  }

  private keep() {
    try {
      const kept: Kept = { visitor: this.visitor, pending: this.pending.filter((one) => !one.acknowledged), draft: this.draft };
      localStorage.setItem(this.key, JSON.stringify(kept));
    } catch {
      // Storage can be forbidden in a frame; the chat then lives as long as the page.
    }
  }
}
