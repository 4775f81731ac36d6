import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { CommandContext } from './command-context.ts';

/** Reads what must never stand on a command line: typed in unseen at a terminal, else from standard input, of which the last line break is no part. */
export async function readSecret(context: Pick<CommandContext, 'ask' | 'readInput'>, what: string): Promise<Outcome<string>> {
  const typed = context.ask
    ? await context.ask(`${what}: `, { hidden: true })
    : Buffer.from((await context.readInput?.()) ?? [])
        .toString('utf8')
        .replace(/\r?\n$/, '');
  if (typed === undefined || typed === '')
    return failed('request_invalid', `${what} is missing. Type it in, or give it on standard input: … < FILE`);
  return ok(typed);
}
