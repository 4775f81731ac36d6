import { z } from 'zod';
import { describeError } from '../../core/errors.ts';
import { parsePlainJson } from '../plain-json.ts';
import type { RunFacts } from '../run-facts.ts';
import type { WatchState } from '../watch-state.ts';

const key = z
  .string()
  .min(1, 'a key has at least one letter')
  .max(100, 'a key has at most 100 letters')
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), 'a key has no control characters');
const version = z
  .string()
  .regex(/^\d{1,18}$/)
  .optional();

const stateCall = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('get'), key }),
  z.strictObject({ do: z.literal('set'), key, value: z.unknown(), version }),
  z.strictObject({ do: z.literal('delete'), key, version }),
  z.strictObject({ do: z.literal('list') }),
]);

interface StateTools {
  state: WatchState;
  facts: RunFacts;
  mask: (text: string) => string;
}

/** A script's state: JSON text in and out, `{ error }` instead of a rejection. */
export async function answerScriptState(request: string, { state, facts, mask }: StateTools): Promise<string> {
  try {
    const parsed = stateCall.safeParse(parsePlainJson(request));
    if (!parsed.success) return refuse(`state was called with something it does not take: ${z.prettifyError(parsed.error)}`);
    const call = parsed.data;
    if (call.do === 'list') {
      const entries = (await state.list(facts)).map((entry) => `${JSON.stringify(entry.key)}:${entry.text}`);
      return `{"entries":{${entries.join(',')}}}`;
    }
    if (call.do === 'get') {
      const { text, version } = await state.read(facts, call.key);
      return `{"found":${text !== undefined},"version":"${version}"${text === undefined ? '' : `,"value":${text}`}}`;
    }
    const text = call.do === 'set' ? JSON.stringify(call.value ?? null) : undefined;
    // Everybody who sees the watch sees its state.
    if ([call.key, text ?? ''].some((part) => mask(part) !== part)) return refuse('A secret must not be kept in the state of a watch');
    const written = await state.write(facts, { key: call.key, text, version: call.version });
    return written.ok ? JSON.stringify({ written: written.value }) : refuse(`${written.code}: ${written.message}`, written.code);
  } catch (error) {
    return refuse(`state could not be reached: ${describeError(error)}`);
  }
}

function refuse(error: string, code?: string): string {
  return JSON.stringify({ error, code });
}
