import type { Me, Upload } from '../wire';
import { t } from '../words/index.svelte';

function token(): string {
  return document.cookie.split('; ').find((one) => one.startsWith('tandem_csrf='))?.slice('tandem_csrf='.length) ?? '';
}

export const headers = () => ({ 'x-csrf-token': decodeURIComponent(token()) });

/** Nobody when not logged in; `must_enrol` when the role needs a second factor. Throws when the server cannot be asked. */
export async function me(): Promise<Me | 'must_enrol' | null> {
  const response = await fetch('/v1/me');
  if (response.status === 401) return null;
  if (response.status === 403) return 'must_enrol';
  if (!response.ok) throw new Error(t('serverAnswered', { status: response.status }));
  return response.json();
}

/** What became of a try: `code_needed` when the password is right and a one-time code is missing. */
export type Tried = 'in' | 'wrong' | 'code_needed' | 'wrong_code';

/** Throws with a sentence for anything else. */
export async function login(user: string, password: string, code: string): Promise<Tried> {
  const response = await fetch('/v1/login', {
    method: 'POST', headers: { 'content-type': 'application/json', ...headers() }, body: JSON.stringify({ user, password, code: code || null }),
  });
  if (response.ok) return 'in';
  const said = await response.json().catch(() => null) as { code?: string } | null;
  if (said?.code === 'code_needed' || said?.code === 'wrong_code') return said.code;
  if (response.status === 401 || response.status === 403) return 'wrong';
  throw new Error(response.status === 429 ? t('tooManyAttempts') : t('serverAnswered', { status: response.status }));
}

export async function logout(): Promise<void> {
  await fetch('/v1/logout', { method: 'POST', headers: headers() });
}

/** Throws with a sentence when the file is refused. */
export async function upload(file: File): Promise<Upload> {
  const body = new FormData();
  body.append('file', file, file.name);
  const response = await fetch('/v1/uploads', { method: 'POST', headers: headers(), body });
  if (!response.ok) throw new Error(response.status === 413 ? t('fileTooLarge') : t('fileRefused', { status: response.status }));
  return response.json();
}

/** Where a file of a message comes down under its name. */
export const fileAddress = (blob: string, name: string) => `/v1/files/${blob}?name=${encodeURIComponent(name)}`;

/** Which days can be played again, and the rules that hold. */
export interface Recordings { first_day: string | null; last_day: string | null; rules: string }
/** A mean over the replications, with half of its interval's width where there are several. */
export interface Figure { mean: number; half_width: number | null; replications: number }
export interface Measure { key: string; title: string; unit: 'count' | 'share' | 'seconds' | 'plain' }
type Figures = Record<string, Record<string, Figure>>;
/** A day that was played, by the rules that hold and by others. */
export interface Simulation {
  contacts: number; replications: number; confidence: number; remarks: string[]; measures: Measure[];
  rules: { figures: Figures };
  against?: { figures: Figures };
  differences?: Record<string, Record<string, { difference: Figure; better: 'this' | 'other' | null }>>;
}

async function answered<T>(response: Response): Promise<T> {
  if (response.ok) return response.json();
  const said = await response.json().catch(() => null) as { message?: string } | null;
  throw new Error(said?.message ?? t('serverAnswered', { status: response.status }));
}

/** Throws with a sentence. */
export const recordings = async (): Promise<Recordings> => answered(await fetch('/v1/simulations'));

/** Throws with what is wrong with the day or the rules. */
export async function simulate(day: string, replications: number, rules: string): Promise<Simulation> {
  const body = JSON.stringify({ day, replications, rules: rules.trim() ? rules : null });
  return answered(await fetch('/v1/simulations', { method: 'POST', headers: { 'content-type': 'application/json', ...headers() }, body }));
}
