import type { SessionId } from '../wire';

/** What is typed and not sent, for each session: never lost to switching or reloading. */
class Drafts {
  texts = $state<Record<string, string>>(JSON.parse(sessionStorage.getItem('tandem:drafts') ?? '{}'));

  set(session: SessionId, text: string) {
    this.texts[session] = text;
    sessionStorage.setItem('tandem:drafts', JSON.stringify(this.texts));
  }
}
export const drafts = new Drafts();
