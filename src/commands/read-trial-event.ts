import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, type Outcome } from '../core/outcome.ts';
import { guessEventName, type TrialEvent } from '../flow/change-of-event.ts';
import type { CommandContext } from './command-context.ts';
import { readInput } from './read-input.ts';

/** Reads the payload of an event as GitHub sent it, or what `GET /api/deliveries/ID` answers; says in words what is wrong with it. */
export async function readTrialEvent(
  context: CommandContext,
  path: string,
  eventName: string | undefined,
): Promise<Outcome<TrialEvent, ErrorCode>> {
  const refuse = (message: string) => failed('request_invalid' satisfies ErrorCode, `${path}: ${message}`);
  const read = await readInput(context, path);
  if (!read.ok) return refuse(read.message.replace('a configuration, for example .github/repowatch.yml', 'the payload of an event'));
  let parsed: unknown;
  try {
    parsed = JSON.parse(
      Buffer.from(read.value)
        .toString('utf8')
        .replace(/^\uFEFF/, ''),
    );
  } catch (error) {
    return refuse(`this is no JSON (${Error.isError(error) ? error.message : 'unreadable'}). Give the payload as GitHub sent it.`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return refuse('the payload of an event is a JSON object.');
  const given = parsed as Record<string, unknown>;
  // What `GET /api/deliveries/ID` answers has the payload inside.
  const inside = typeof given['event'] === 'string' && typeof given['payload'] === 'object' && given['payload'] !== null;
  const payload = (inside ? given['payload'] : given) as Record<string, unknown>;
  const name = eventName ?? (inside ? String(given['event']) : guessEventName(payload));
  if (name === undefined) return refuse('nothing in it tells which event it is. Add --event-name, for example --event-name push.');
  return { ok: true, value: { name, payload } };
}
