import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { CommandContext } from './command-context.ts';

/** Asks before something is lost, unless `--yes` was given. False: the person said no. Fails where nobody can be asked. */
export async function confirm(
  { ask }: Pick<CommandContext, 'ask'>,
  question: string,
  { yes }: { yes?: true | undefined },
): Promise<Outcome<boolean>> {
  if (yes) return ok(true);
  if (!ask) return failed('request_invalid', `${question} Nobody is here to answer. Add --yes to do it without being asked.`);
  return ok(/^y(?:es)?$/i.test((await ask(`${question} [y/N] `))?.trim() ?? ''));
}
