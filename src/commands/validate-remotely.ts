import type { Problem } from '../watches/problems.ts';
import { connectApi } from './api-client.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { printJson, refuse } from './print-list.ts';
import { readInput } from './read-input.ts';
import type { Words } from './remote-verb.ts';
import { createPaint, drawProblem, problemLine } from './show-problem.ts';

interface Validation {
  status: 'ok' | 'invalid';
  problems: (Omit<Problem, 'path'> & { path: string })[];
  watches: unknown[];
}

/** `repowatch config validate`: has a running server check a file, which knows what the organisation allows and what `extends` names. */
export async function validateRemotely(context: CommandContext, { args, options }: Words): Promise<ExitCode> {
  const path = args['file'] ?? '-';
  const file = await readInput(context, path);
  if (!file.ok) return refuse(context, file.message);
  const api = connectApi(context);
  if (!api.ok) return refuse(context, api);
  const text = Buffer.from(file.value).toString('utf8');
  const repository = options['repo'] === undefined ? {} : { repository: options['repo'] };
  const said = await api.value.post<Validation>('/api/config/validate', { content: text, path, ...repository });
  if (!said.ok) return refuse(context, said);
  const { status, problems, watches } = said.value;
  if (options['json'] === true) printJson(context, said.value);
  else {
    const paint = createPaint(context.coloured === true, context.environment);
    for (const problem of problems as unknown as Problem[])
      for (const line of context.coloured ? drawProblem(path, problem, { text, paint }) : [problemLine(path, problem)]) context.print(line);
    if (status === 'ok')
      context.print(`${path}: ${paint('green', 'fine')}, ${watches.length} ${watches.length === 1 ? 'watch' : 'watches'}.`);
  }
  return status === 'ok' ? 0 : 1;
}
