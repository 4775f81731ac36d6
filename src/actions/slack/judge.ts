import { parsePlainJson } from '../plain-json.ts';
import { parseRetryAfter } from '../webhook/judge.ts';

/** What Slack's answer comes to. */
export type SlackVerdict =
  | { result: 'sent'; ts: string | null; channel: string | null }
  | { result: 'failed'; code: 'slack_failed' | 'slack_refused'; message: string; retryAfterSeconds?: number };

/** An answer as the door gives it, its body as text. */
export interface SlackAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
  truncated: boolean;
}

/** Words of Slack that say "not now"; every other one stays true however often it is asked. */
const laterWords = new Set([
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
  'duplicate_message_not_found',
  'rollup_error',
]);

/** What somebody can do about the words that are met most. */
const remedies: Readonly<Record<string, string>> = {
  channel_not_found: 'Check channel, and invite the bot to it when it is private.',
  not_in_channel: 'Invite the bot to the channel, or give it the scope chat:write.public.',
  is_archived: 'Choose a channel that is in use.',
  channel_is_archived: 'Choose a channel that is in use.',
  invalid_auth: 'Set the secret to a valid bot token (xoxb-…).',
  not_authed: 'Set the secret to a valid bot token (xoxb-…).',
  account_inactive: 'Install the Slack app again and store its new token.',
  token_revoked: 'Install the Slack app again and store its new token.',
  missing_scope: 'Give the Slack app the scope chat:write and install it again.',
  no_text: 'Give text or blocks.',
  invalid_blocks: 'Compare blocks with Slack’s Block Kit Builder.',
  invalid_payload: 'Compare blocks with Slack’s Block Kit Builder.',
  msg_too_long: 'Send a shorter text.',
  no_service: 'Make a new incoming webhook and store its address.',
  no_active_hooks: 'Make a new incoming webhook and store its address.',
  invalid_token: 'Make a new incoming webhook and store its address.',
};

/**
 * Judges an answer of Slack: chat.postMessage says `{"ok":false,"error":…}` with status 200, an incoming webhook a word with
 * status 4xx (https://docs.slack.dev/reference/methods/chat.postMessage, "Errors").
 */
export function judgeSlackAnswer(answer: SlackAnswer, { isBot, now }: { isBot: boolean; now: Date }): SlackVerdict {
  const { status, headers } = answer;
  const said = readAnswer(answer);
  if (status >= 200 && status < 300 && (!isBot || said.ok === true)) return { result: 'sent', ts: said.ts, channel: said.channel };
  if (status >= 300 && status < 400)
    return { result: 'failed', code: 'slack_refused', message: `Slack answered ${status}, a redirect, which is never followed.` };
  const isLater = status >= 500 || status === 429 || status === 408 || (said.word !== null && laterWords.has(said.word));
  const what = said.word === null ? `status ${status} and no reason` : `\`${said.word}\``;
  if (isLater || (isBot && status < 300 && said.word === null)) {
    const retryAfterSeconds = parseRetryAfter(headers['retry-after'], now);
    return {
      result: 'failed',
      code: 'slack_failed',
      message: `Slack could not take the message now: ${what}. It is tried again by the retry schedule.`,
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    };
  }
  const remedy = Object.hasOwn(remedies, said.word ?? '') ? remedies[said.word!] : 'Look the word up among the errors of chat.postMessage.';
  return { result: 'failed', code: 'slack_refused', message: `Slack refused the message: ${what}. ${remedy}` };
}

interface Said {
  ok: boolean | undefined;
  word: string | null;
  ts: string | null;
  channel: string | null;
}

/** What an answer says: JSON from the API, one word from an incoming webhook. */
function readAnswer({ body, truncated }: SlackAnswer): Said {
  const parsed = parsePlainJson(body);
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
    const { ok, error, ts, channel } = parsed as Record<string, unknown>;
    return { ok: ok === true, word: readWord(error), ts: readText(ts), channel: readText(channel) };
  }
  // The answer repeats the message and can be longer than what is read of it; what counts stands in front.
  if (truncated && /^\s*\{\s*"ok"\s*:\s*true\b/.test(body)) {
    const find = (name: string) => new RegExp(`"${name}"\\s*:\\s*"([^"\\\\]{1,100})"`).exec(body)?.[1] ?? null;
    return { ok: true, word: null, ts: find('ts'), channel: find('channel') };
  }
  return { ok: undefined, word: readWord(body.trim()), ts: null, channel: null };
}

function readWord(value: unknown): string | null {
  return typeof value === 'string' && /^[a-z][a-z0-9_]{1,80}$/.test(value) ? value : null;
}

function readText(value: unknown): string | null {
  return typeof value === 'string' && value.length <= 100 ? value : null;
}
