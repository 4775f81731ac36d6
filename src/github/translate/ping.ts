import type { Translation } from '../translation.ts';

/** GitHub checks a webhook's address when the webhook is made; it names no installation (handbook A19). */
export function translatePing(): Translation {
  return { result: 'noted', code: 'hook_verified', reason: 'GitHub checked the webhook address, and it answered' };
}
