import { offers } from '../stores/offers.svelte';
import { sessions } from '../stores/sessions.svelte';
import type { Word } from '../words/index.svelte';

export type Sheet = 'transfer' | 'wrap' | 'help' | 'palette' | 'customer' | 'merge';

export const SHORTCUTS: [string, Word][] = [
  ['Ctrl K', 'keyPalette'], ['A', 'keyAccept'], ['D', 'keyDecline'], ['J / K', 'keySessions'], ['R', 'reply'], ['N', 'writeNote'], ['/', 'keyCanned'], ['T', 'transfer'],
  ['W', 'wrapUp'], ['C', 'keyCustomer'], ['M', 'keyMerge'], ['Enter', 'send'], ['Shift Enter', 'keyNewLine'], ['Esc', 'keyEscape'], ['?', 'keyHelp'],
];

/** The keyboard of the whole console: single letters only where nobody is typing. */
class Keys {
  open = $state<Sheet | null>(null);
  noting = $state(false);
  /** Raised to bring the cursor into the composer. */
  focus = $state(0);

  reply(noting = false) {
    this.noting = noting;
    this.open = null;
    this.focus += 1;
  }

  toggle(sheet: Sheet) {
    this.open = this.open === sheet ? null : sheet;
  }

  handle(event: KeyboardEvent) {
    const target = event.target as HTMLElement;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      this.toggle('palette');
      return;
    }
    if (event.key === 'Escape') {
      if (this.open) this.open = null;
      else target.blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || this.open === 'palette' || target.closest('input, textarea, select, [contenteditable]')) return;
    const action = this.action(event.key);
    if (!action) return;
    event.preventDefault();
    action();
  }

  private action(key: string): (() => void) | null {
    const offer = offers.list[0];
    switch (key) {
      case 'a': return offer ? () => void offers.accept(offer) : null;
      case 'd': return offer ? () => offers.decline(offer) : null;
      case 'j': return () => sessions.step(1);
      case 'k': return () => sessions.step(-1);
      case 'r': return () => this.reply();
      case 'n': return () => this.reply(true);
      case 't': return sessions.current ? () => (this.open = 'transfer') : null;
      case 'w': return sessions.current ? () => (this.open = 'wrap') : null;
      case 'c': return sessions.current ? () => this.toggle('customer') : null;
      case 'm': return sessions.current ? () => (this.open = 'merge') : null;
      case '?': return () => (this.open = 'help');
      default: return null;
    }
  }
}
export const keys = new Keys();
