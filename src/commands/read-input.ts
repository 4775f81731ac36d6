import { readFile } from 'node:fs/promises';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { CommandContext } from './command-context.ts';

/** Reads a file, or standard input for `-`. Says in words why it cannot be read. */
export async function readInput(context: Pick<CommandContext, 'readInput'>, path: string): Promise<Outcome<Uint8Array>> {
  if (path === '-')
    return context.readInput === undefined ? failed('not_found', 'there is no standard input.') : ok(await context.readInput());
  try {
    return ok(await readFile(path));
  } catch (error) {
    return failed('not_found', explainUnreadable(error));
  }
}

function explainUnreadable(error: unknown): string {
  const code = Error.isError(error) && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file. Give the path of a configuration, for example .github/repowatch.yml.';
  if (code === 'EISDIR') return 'this is a folder. Give the path of the file in it.';
  return `the file cannot be read (${String(code)}).`;
}
