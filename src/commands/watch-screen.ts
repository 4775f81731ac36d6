import { setTimeout as pause } from 'node:timers/promises';
import type { CommandContext, ExitCode } from './command-context.ts';
import { refuse } from './print-list.ts';
import type { OptionValues } from './remote-verb.ts';

/** How often a list is read again when nobody says. Seconds. */
const usualSeconds = 2;

/**
 * Shows something again and again until Ctrl-C (--watch): in place on a terminal, and elsewhere once more whenever it has changed.
 * A server that cannot be asked for a while is waited for; a first look that fails ends it.
 */
export async function watchScreen(
  context: CommandContext,
  { options, draw }: { options: OptionValues; draw: (page: CommandContext) => Promise<ExitCode> },
): Promise<ExitCode> {
  const seconds = options['watch'] === true ? usualSeconds : Number(options['watch']);
  if (options['json'] === true) return refuse(context, '--watch is for people. Leave it out with --json, and ask again.');
  if (!(seconds >= 0.2 && seconds <= 3_600))
    return refuse(context, `\`--watch ${String(options['watch'])}\`: write seconds, from 0.2 to 3600. --watch-key names a watch.`);
  const stop = context.listenForStop();
  let last = '';
  for (let isFirst = true; !stop.aborted; isFirst = false) {
    const lines: string[] = [];
    const write = (line: string) => void lines.push(...line.split('\n'));
    const code = await draw({ ...context, print: write, tell: write });
    if (isFirst && code !== 0) {
      for (const line of lines) context.tell(line);
      return code;
    }
    const text = lines.join('\n');
    const screen = context.screen?.();
    if (screen !== undefined) context.print(toScreen(lines, { rows: screen.rows, isFirst, seconds }));
    else if (text !== last) context.print(isFirst ? text : `\n${text}`);
    last = text;
    await pause(seconds * 1000, undefined, { signal: stop }).catch(() => undefined);
  }
  return 0;
}

/** Each line is written over the old one, and the rest of the screen is emptied, so that nothing flickers. */
function toScreen(lines: readonly string[], { rows, isFirst, seconds }: { rows: number; isFirst: boolean; seconds: number }): string {
  const shown = [`Every ${seconds} s; Ctrl-C ends it.`, '', ...lines].slice(0, Math.max(rows - 1, 1));
  const body = shown.map((line) => `${line}\u001B[K`).join('\n');
  return `${isFirst ? '\u001B[2J' : ''}\u001B[H${body}\u001B[J`;
}
