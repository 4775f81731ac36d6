import { loadKinds } from '../actions/load-kinds.ts';
import type { StepKind } from '../watches/config-schema.ts';
import { parseConfig } from '../watches/parse-config.ts';
import type { Problem } from '../watches/problems.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { readInput } from './read-input.ts';
import { createPaint, drawProblem, problemLine } from './show-problem.ts';

/** What was asked for on the command line. */
export interface ValidateOptions {
  json?: true;
  organization?: true;
}

/** What a file came to. */
interface Checked {
  path: string;
  text: string;
  status: 'ok' | 'invalid' | 'unreadable';
  problems: Problem[];
  watches: string[];
  /** Why it could not be read. */
  message?: string;
}

/** `repowatch validate FILE…`: says what is wrong with configuration files, one `file:line:column: message` per problem. */
export async function validate(context: CommandContext, paths: readonly string[], options: ValidateOptions = {}): Promise<ExitCode> {
  const kinds = await loadKinds();
  const checked: Checked[] = [];
  for (const path of paths) checked.push(await check(context, { path, kinds, organization: options.organization === true }));
  if (options.json) context.print(JSON.stringify(describe(checked), null, 2));
  else for (const file of checked) report(context, file);
  return checked.every(({ status }) => status === 'ok') ? 0 : 1;
}

async function check(context: CommandContext, file: { path: string; kinds: readonly StepKind[]; organization: boolean }): Promise<Checked> {
  const { path, kinds, organization } = file;
  const read = await readInput(context, path);
  if (!read.ok) return { path, text: '', status: 'unreadable', problems: [], watches: [], message: read.message };
  const result = parseConfig(read.value, { kinds, path, organization });
  const errors = result.status === 'invalid' ? result.problems : [];
  const problems = [...result.warnings, ...errors].sort((a, b) => a.line - b.line || a.column - b.column);
  const watches = result.status === 'ok' ? Object.keys(result.config.lines) : [];
  return {
    path,
    text: Buffer.from(read.value)
      .toString('utf8')
      .replace(/^\uFEFF/, ''),
    status: result.status,
    problems,
    watches,
  };
}

function report(context: CommandContext, { path, text, status, problems, watches, message }: Checked): void {
  const paint = createPaint(context.coloured === true, context.environment);
  if (status === 'unreadable') return context.tell(`${path}: ${message}`);
  for (const problem of problems) {
    const lines = context.coloured === true ? drawProblem(path, problem, { text, paint }) : [problemLine(path, problem)];
    for (const line of lines) context.print(line);
  }
  if (status === 'ok')
    context.print(`${path}: ${paint('green', 'fine')}, ${watches.length} ${watches.length === 1 ? 'watch' : 'watches'}.`);
}

function describe(files: readonly Checked[]): unknown {
  const problems = files.flatMap(({ path, problems: found }) =>
    found.map((problem) => Object.assign({ file: path }, problem, { path: problem.path })),
  );
  return {
    status: files.every(({ status }) => status === 'ok') ? 'ok' : 'invalid',
    problems,
    files: files.map(({ path, status, watches, message }) => ({ path, status, watches, ...(message === undefined ? {} : { message }) })),
  };
}
