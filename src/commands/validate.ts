import { readFile } from 'node:fs/promises';
import { createDoor } from '../actions/door.ts';
import { noOutboundAllow } from '../actions/outbound-allow.ts';
import { createScriptKind } from '../actions/script/index.ts';
import { createWebhookKind } from '../actions/webhook/index.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import type { StepKind } from '../watches/config-schema.ts';
import { parseConfig } from '../watches/parse-config.ts';

/** `repowatch validate FILE`: says what is wrong with a configuration file, one `file:line:column: message` per problem. */
export async function validate(context: CommandContext, path: string): Promise<ExitCode> {
  let content: Uint8Array;
  try {
    content = await readFile(path);
  } catch (error) {
    context.tell(`${path}: ${explainUnreadable(error)}`);
    return 1;
  }
  const door = createDoor({ allow: noOutboundAllow });
  try {
    const result = parseConfig(content, { kinds: listKinds(context.version, door), path });
    for (const { line, column, message } of result.warnings) context.print(`${path}:${line}:${column}: warning: ${message}`);
    if (result.status === 'invalid') {
      for (const { line, column, message } of result.problems) context.print(`${path}:${line}:${column}: ${message}`);
      return 1;
    }
    const count = Object.keys(result.config.file.watches).length;
    context.print(`${path}: fine, ${count} ${count === 1 ? 'watch' : 'watches'}.`);
    return 0;
  } finally {
    await door.close();
  }
}

/** The kinds as the server has them, but with nothing behind them: only their schemas are looked at. */
export function listKinds(version: string, door: ReturnType<typeof createDoor>): StepKind[] {
  const unused = () => Promise.reject(new Error('A script was to run while a file was only being read'));
  const pool = { run: unused, warmUp: unused, close: () => Promise.resolve() };
  return [createWebhookKind({ door, version }), createScriptKind({ pool, door, readFile: unused })];
}

function explainUnreadable(error: unknown): string {
  const code = Error.isError(error) && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file. Give the path of a configuration, for example .github/repowatch.yml.';
  if (code === 'EISDIR') return 'this is a folder. Give the path of the file in it.';
  return `the file cannot be read (${String(code)}).`;
}
