import { parseRetryAfter } from '../webhook/judge.ts';
import type { TicketFailure } from '../tickets/provider.ts';

/** An answer of Jira that is no success. */
export interface JiraAnswer {
  status: number;
  headers: Record<string, string>;
  /** The body as JSON; undefined when it is none. */
  body: unknown;
  /** What was asked about, for messages: `SOC-1`, or the address. */
  what: string;
}

/** What an answer of Jira that is no success means (handbook K3, K6, K8, K9): a code, whether and when another try helps, and whether others would meet the same. */
export function judgeJiraAnswer(answer: JiraAnswer, now: Date): TicketFailure {
  const { status, headers, body, what } = answer;
  const words = wordsOf(body);
  const said = words === '' ? '' : ` It says: ${words}`;
  const final = (code: TicketFailure['code'], message: string, stopsAll = false): TicketFailure => ({
    ok: false,
    code,
    message,
    retryable: false,
    stopsAll,
  });
  if (status === 401)
    return final(
      'ticket_unauthorized',
      `Jira refused the token (401). It may have ended; a scoped token takes \`cloud_id\` in place of \`site\`.${said}`,
      true,
    );
  if (status === 403) return final('ticket_forbidden', `The user of the connection may not do this to ${what} (403).${said}`);
  if (status === 404)
    return final('ticket_not_found', `There is no ${what} in Jira, or the user of the connection may not see it (404).${said}`);
  if (status === 400 || status === 422) {
    const fields = fieldsOf(body);
    if (fields.length > 0)
      return final(
        'ticket_field_required',
        `Jira wants ${fields.map(([name, text]) => `the field \`${name}\` (${text})`).join(', ')} for ${what}. Give it under \`with.fields\`.`.slice(
          0,
          1000,
        ),
      );
    return final('ticket_refused', `Jira refused the request for ${what} as wrong (${status}).${said}`);
  }
  const retryAfterSeconds = readWait(headers, now);
  const later = { ok: false, retryable: true, retryAfterSeconds } as const;
  if (status === 429) {
    const reason = headers['ratelimit-reason'];
    const why = reason === undefined ? '' : ` (${reason.slice(0, 60)})`;
    const message = `Jira asked to wait${why}${retryAfterSeconds === undefined ? '' : ` for ${retryAfterSeconds} s`}.`;
    return { ...later, code: 'ticket_limited', message, stopsAll: reason !== 'jira-per-issue-on-write' };
  }
  if (status === 409) return { ...later, code: 'ticket_conflict', message: `${what} was changed by somebody else at the same time (409).` };
  if (status >= 500 || status === 408)
    return { ...later, code: 'ticket_provider_failed', message: `Jira answered ${status} for ${what}.${said}`, stopsAll: true };
  return final(
    'ticket_answer_invalid',
    `What answered ${status} for ${what} is no Jira, or wants a sign-in. Check the address of the connection.`,
    true,
  );
}

/** Seconds to wait: Retry-After, or the moment that X-RateLimit-Reset names. */
function readWait(headers: Record<string, string>, now: Date): number | undefined {
  const told = parseRetryAfter(headers['retry-after'], now);
  if (told !== undefined) return told;
  const reset = Date.parse(headers['x-ratelimit-reset'] ?? '');
  return Number.isNaN(reset) ? undefined : Math.max(0, Math.ceil((reset - now.getTime()) / 1000));
}

/** The fields that Jira names, with what is wrong with them. */
function fieldsOf(body: unknown): [name: string, text: string][] {
  const errors = body !== null && typeof body === 'object' ? (body as Record<string, unknown>)['errors'] : undefined;
  if (errors === null || typeof errors !== 'object' || Array.isArray(errors)) return [];
  return Object.entries(errors).map(([name, text]): [string, string] => [name.slice(0, 100), String(text).slice(0, 200)]);
}

function wordsOf(body: unknown): string {
  const messages = body !== null && typeof body === 'object' ? (body as Record<string, unknown>)['errorMessages'] : undefined;
  return Array.isArray(messages)
    ? messages
        .filter((text) => typeof text === 'string')
        .join(' ')
        .slice(0, 500)
    : '';
}
