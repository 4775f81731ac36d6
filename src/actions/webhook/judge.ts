import type { ErrorCode } from '../../core/error-catalogue.ts';
import { laterStatuses } from '../destination-sign.ts';

/** What an answer means for the attempt. */
export type Verdict =
  { result: 'succeeded' } | { result: 'failed'; code: ErrorCode; message: string; retryable: boolean; retryAfterSeconds?: number };

/** One status code or an inclusive range of them. */
export interface StatusRange {
  from: number;
  to: number;
}

/** Reads `200`, `2xx` or `200-299`; undefined for anything else. */
export function parseStatusRange(rule: string | number): StatusRange | undefined {
  const { one, family, from, to } =
    /^(?:(?<one>[2-5]\d\d)|(?<family>[2-5])xx|(?<from>[2-5]\d\d)-(?<to>[2-5]\d\d))$/i.exec(String(rule))?.groups ?? {};
  if (one !== undefined) return { from: Number(one), to: Number(one) };
  if (family !== undefined) return { from: Number(family) * 100, to: Number(family) * 100 + 99 };
  return from !== undefined && to !== undefined && Number(from) <= Number(to) ? { from: Number(from), to: Number(to) } : undefined;
}

/** Judges an answer by its status (handbook L5): what is success, what is final, what deserves another try and when. */
export function judgeAnswer(
  answer: { where: string; status: number; headers: Record<string, string> },
  success: readonly StatusRange[],
  now: Date,
): Verdict {
  const { where, status, headers } = answer;
  if (success.some(({ from, to }) => status >= from && status <= to)) return { result: 'succeeded' };
  const permanent = (code: ErrorCode, message: string): Verdict => ({ result: 'failed', code, message, retryable: false });
  if (status >= 300 && status < 400)
    return permanent(
      'webhook_redirected',
      `${where} answered ${status}, a redirect, which is never followed; put the final address into url.`,
    );
  if (status === 410)
    return permanent('webhook_gone', `${where} answered 410: the receiver is gone for good; remove the step or change its url.`);
  if (status < 500 && !laterStatuses.has(status))
    return permanent('webhook_rejected', `${where} refused the request with status ${status}; its answer says why.`);
  const retryAfterSeconds = parseRetryAfter(headers['retry-after'], now);
  return {
    result: 'failed',
    code: 'webhook_failed',
    message: `${where} answered ${status}; it is tried again by the retry schedule.`,
    retryable: true,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}

/** Reads Retry-After, seconds or an HTTP date, and answers seconds from now, never negative; undefined when it is neither (RFC 9110 10.2.3). */
export function parseRetryAfter(value: string | undefined, now: Date): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
  if (!/^[A-Za-z]{3,9},? /.test(value)) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : Math.max(0, Math.ceil((time - now.getTime()) / 1000));
}
