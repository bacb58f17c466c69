import { speech, t } from '../words/index.svelte';
/** A span of milliseconds as 4:12, or 1:02:09. */
export function clock(span: number): string {
  const seconds = Math.max(0, Math.floor(span / 1000));
  const rest = `${String(Math.floor(seconds / 60) % 60).padStart(seconds < 3600 ? 1 : 2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
  return seconds < 3600 ? rest : `${Math.floor(seconds / 3600)}:${rest}`;
}

/** A short distance back from now: `now`, `4m`, `3h`, `2d`. */
export function ago(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return t('now');
  if (minutes < 60) return `${minutes}m`;
  return minutes < 1440 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / 1440)}d`;
}

export const hour = (at: number) => new Date(at).toLocaleTimeString(speech.language, { hour: '2-digit', minute: '2-digit' });
export const second = (at: number) => new Date(at).toLocaleTimeString(speech.language, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
export const absolute = (at: number) => new Date(at).toLocaleString(speech.language, { dateStyle: 'medium', timeStyle: 'medium' });

export function day(at: number, now: number): string {
  const date = new Date(at).toDateString();
  if (date === new Date(now).toDateString()) return t('today');
  if (date === new Date(now - 86_400_000).toDateString()) return t('yesterday');
  return new Date(at).toLocaleDateString(speech.language, { weekday: 'long', day: 'numeric', month: 'long' });
}
