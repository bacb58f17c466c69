import { t } from '../words/index.svelte';
import { headers } from './rest';

/** What the server said no to: `code` for programs, the message for people. */
export class Refused extends Error {
  constructor(readonly status: number, readonly code: string, message: string) {
    super(message);
  }
}

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(path, { method, headers: { ...json, ...headers() }, body: body === undefined ? undefined : JSON.stringify(body) });
  if (response.status === 204) return undefined as T;
  const said = await response.json().catch(() => null) as { code?: string; message?: string } | null;
  if (response.ok) return said as T;
  throw new Refused(response.status, said?.code ?? '', sentence(response.status, said?.code, said?.message));
}

function sentence(status: number, code?: string, message?: string): string {
  if (status === 429) return t('tooManyAttempts');
  if (code === 'wrong_password') return t('wrongPassword');
  if (code === 'wrong_code') return t('wrongCode');
  if (code === 'code_needed') return t('codeNeeded');
  return message ?? t('serverAnswered', { status });
}

export interface SecondFactor { demand: 'off' | 'optional' | 'required'; enrolled_at: number | null; recovery_left: number }
export interface Enrolment { secret: string; address: string; picture: { size: number; path: string } }

export const secondFactor = () => ask<SecondFactor>('GET', '/v1/me/second-factor');
export const beginEnrolment = (password: string, code: string) => ask<Enrolment>('POST', '/v1/me/second-factor', { password, code: code || null });
export const confirmEnrolment = (code: string) => ask<{ recovery_codes: string[] }>('POST', '/v1/me/second-factor/confirm', { code });
export const removeSecondFactor = (password: string, code: string) => ask<void>('POST', '/v1/me/second-factor/remove', { password, code: code || null });
export const resetSecondFactor = (person: string) => ask<void>('DELETE', `/v1/people/${encodeURIComponent(person)}/second-factor`);

export interface Login { id: string; created_at: number; used_at: number; proof: 'password' | 'password_and_code' | 'provider'; address: string; browser: string; current: boolean }
export interface Person { id: string; name: string; roles: ('agent' | 'supervisor' | 'admin')[]; second_factor: boolean; logins: number }

export const logins = () => ask<Login[]>('GET', '/v1/me/logins');
export const endLogin = (id: string) => ask<void>('DELETE', `/v1/me/logins/${id}`);
export const endAllLogins = () => ask<void>('DELETE', '/v1/me/logins');
export const people = () => ask<Person[]>('GET', '/v1/people');
export const endLoginsOf = (person: string) => ask<void>('DELETE', `/v1/people/${encodeURIComponent(person)}/logins`);

/** Something that somebody did; `hash` is over it and the hash before. */
export interface AuditEntry { sequence: number; at: number; actor: string; act: string; subject: string; detail: Record<string, string>; hash: string }

/** The latest first, before a sequence if one is given. */
export const auditLog = (before: number | null) => ask<AuditEntry[]>('GET', `/v1/audit?limit=50${before === null ? '' : `&before=${before}`}`);
