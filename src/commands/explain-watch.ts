import { ok } from '../core/outcome.ts';
import type { why } from '../http/schemas/why.ts';
import { connectApi } from './api-client.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { addQuery, fillPath, optionsAsQuery } from './fill-path.ts';
import { printJson, printList, refuse } from './print-list.ts';
import type { Columns, Words } from './remote-verb.ts';
import { createPaint } from './show-problem.ts';
import { printable } from './show-table.ts';
import { toColumns } from './show-thing.ts';

type Why = (typeof why)['_output'];

const columns: Columns<Why['data'][number]> = {
  change: (row) => row.change.id,
  at: (row) => row.change.happened_at,
  what: (row) => row.change.sentence,
  verdict: (row) => row.verdict,
  why: (row) => row.reason ?? (row.runs.length > 0 ? row.runs.map(({ id, status }) => `run ${id} ${status}`).join(', ') : null),
  at_line: (row) => row.origin,
};

/** `repowatch watches why`: what a watch said about the last changes, and what keeps it from running now. */
export async function explainWatch(context: CommandContext, { args, options }: Words): Promise<ExitCode> {
  const path = fillPath('/api/repos/:repository/why?watch=:watch', args);
  if (!path.ok) return refuse(context, path);
  const api = connectApi(context);
  if (!api.ok) return refuse(context, api);
  const read = await api.value.get<Why>(addQuery(path.value, optionsAsQuery(options, ['since', 'limit'])));
  if (!read.ok) return refuse(context, read);
  if (options['json'] === true) printJson(context, read.value);
  else {
    const paint = createPaint(context.coloured === true, context.environment);
    for (const { message } of read.value.obstacles) context.print(`${paint('yellow', 'In its way now:')} ${printable(message)}`);
    const rows = { rows: read.value.data, next: read.value.meta.next };
    return printList(context, ok(rows), { columns: toColumns(columns), empty: 'Nothing has happened yet.' });
  }
  return 0;
}
