import { catalogue } from '../core/error-catalogue.ts';
import type { Outcome } from '../core/outcome.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { createPaint } from './show-problem.ts';
import { drawTable, printable, type Column } from './show-table.ts';

type Failure = Extract<Outcome<never>, { ok: false }>;

/** Says on standard error why something was not done, and answers the exit code: 3 for what is not there, 4 for who may not, 1 for the rest. */
export function refuse(context: Pick<CommandContext, 'tell'>, failure: Failure | string): ExitCode {
  if (typeof failure === 'string') {
    context.tell(failure);
    return 1;
  }
  const { code, message } = failure;
  context.tell(`${message.split('\n').map(printable).join('\n')} (${printable(code)})`);
  for (const line of readErrors(failure)) context.tell(`  ${line}`);
  const status = Object.hasOwn(catalogue, code) ? catalogue[code as keyof typeof catalogue].status : undefined;
  if (status === 401) context.tell('Sign in with `repowatch login`, or set REPOWATCH_TOKEN to another token.');
  return status === 404 ? 3 : status === 401 || status === 403 ? 4 : 1;
}

/** What the server said of single fields, where its sentence does not say it already. */
function readErrors({ message, details }: Failure): string[] {
  if (!Array.isArray(details)) return [];
  return details.flatMap((entry: { path?: unknown; message?: unknown } | null) => {
    if (typeof entry?.message !== 'string' || message.includes(entry.message)) return [];
    return [printable(`${typeof entry.path === 'string' ? `${entry.path} ` : ''}${entry.message}`)];
  });
}

/** Prints a value as JSON for programs. Inside texts, what could steer a terminal is escaped; who parses it gets it back. */
export function printJson(context: Pick<CommandContext, 'print'>, value: unknown): void {
  const escape = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  context.print((JSON.stringify(value, null, 2) ?? 'null').replaceAll(/[\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g, escape));
}

/** Prints a list that was read: a table for people, or all rows as one JSON array for programs; an empty one is said in words. */
export function printList<Row>(
  context: CommandContext,
  read: Outcome<{ rows: Row[]; next: string | null }>,
  look: { columns: readonly Column<Row>[]; json?: boolean | undefined; empty: string },
): ExitCode {
  if (!read.ok) return refuse(context, read);
  const { rows, next } = read.value;
  const paint = createPaint(context.coloured === true, context.environment);
  if (look.json) printJson(context, rows);
  else if (rows.length === 0) context.tell(look.empty);
  else for (const line of drawTable(rows, look.columns, { paint, width: context.screen?.()?.columns })) context.print(line);
  if (next !== null) context.tell(`There are more than these ${rows.length}; --limit or --all shows them.`);
  return 0;
}
