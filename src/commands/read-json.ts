import { describeError } from '../core/errors.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { CommandContext } from './command-context.ts';
import { readInput } from './read-input.ts';

/** Reads a JSON file, or standard input for `-`. */
export async function readJson(context: Pick<CommandContext, 'readInput'>, path: string): Promise<Outcome<unknown>> {
  const file = await readInput(context, path);
  if (!file.ok) return failed('request_invalid', file.message);
  try {
    return ok(JSON.parse(Buffer.from(file.value).toString('utf8')));
  } catch (error) {
    return failed('request_invalid', `${path}: this is no JSON (${describeError(error)}).`);
  }
}
