import type { Me, Upload } from '../wire';
import { t } from '../words/index.svelte';

function token(): string {
  return document.cookie.split('; ').find((one) => one.startsWith('tandem_csrf='))?.slice('tandem_csrf='.length) ?? '';
}

const headers = () => ({ 'x-csrf-token': decodeURIComponent(token()) });

/** Nobody when not logged in. Throws when the server cannot be asked. */
export async function me(): Promise<Me | null> {
  const response = await fetch('/v1/me');
  if (response.status === 401) return null;
  if (!response.ok) throw new Error(t('serverAnswered', { status: response.status }));
  return response.json();
}

/** Whether name and password were right. Throws with a sentence for anything else. */
export async function login(user: string, password: string): Promise<boolean> {
  const response = await fetch('/v1/login', {
    method: 'POST', headers: { 'content-type': 'application/json', ...headers() }, body: JSON.stringify({ user, password }),
  });
  if (response.ok) return true;
  if (response.status === 401 || response.status === 403) return false;
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
