import type { Outcome } from '../core/outcome.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { createPaint } from './show-problem.ts';
import { drawTable, type Column } from './show-table.ts';

/** Says on standard error why something was not done. */
export function refuse(context: Pick<CommandContext, 'tell'>, message: string): ExitCode {
  context.tell(message);
  return 1;
}

/** Prints a list that was read: a table for people, or all rows as one JSON array for programs; an empty one is said in words. */
export function printList<Row>(
  context: CommandContext,
  read: Outcome<{ rows: Row[]; next: string | null }>,
  look: { columns: readonly Column<Row>[]; json?: boolean | undefined; empty: string },
): ExitCode {
  if (!read.ok) return refuse(context, read.message);
  const { rows, next } = read.value;
  if (look.json) context.print(JSON.stringify(rows, null, 2));
  else if (rows.length === 0) context.tell(look.empty);
  else for (const line of drawTable(rows, look.columns, createPaint(context.coloured === true, context.environment))) context.print(line);
  if (next !== null) context.tell(`There are more than these ${rows.length}; --limit shows more.`);
  return 0;
}
