import { parseConfig } from '../watches/parse-config.ts';
import type { Problem } from '../watches/problems.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { readInput } from './read-input.ts';
import { problemLine } from './show-problem.ts';

/** What a file came to. */
interface Checked {
  path: string;
  problems: (Problem & { code: string })[] | string;
  machines: string[];
}

/** `repowatch tickets validate FILE…`: says what is wrong with state machines, one `file:line:column: message (code)` per fault (features.md R115, R116). */
export async function validateMachines(context: CommandContext, paths: readonly string[], options: { json?: true }): Promise<ExitCode> {
  const checked: Checked[] = [];
  for (const path of paths) checked.push(await check(context, path));
  const isFine = ({ problems, machines }: Checked) => typeof problems !== 'string' && machines.length > 0 && !problems.some(isError);
  if (options.json) {
    const files = checked.map(({ path, problems, machines }) => ({
      path,
      machines,
      ...(typeof problems === 'string' ? { message: problems } : { problems }),
    }));
    context.print(JSON.stringify({ status: checked.every(isFine) ? 'ok' : 'invalid', files }, null, 2));
  } else for (const file of checked) report(context, file, isFine(file));
  return checked.every(isFine) ? 0 : 1;
}

function isError({ severity }: Problem): boolean {
  return severity === 'error';
}

function report(context: CommandContext, { path, problems, machines }: Checked, fine: boolean): void {
  if (typeof problems === 'string') return context.tell(`${path}: ${problems}`);
  for (const problem of problems) context.print(`${problemLine(path, problem)} (${problem.code})`);
  if (fine) context.print(`${path}: fine, ${machines.length} ${machines.length === 1 ? 'machine' : 'machines'}: ${machines.join(', ')}.`);
}

async function check(context: CommandContext, path: string): Promise<Checked> {
  const read = await readInput(context, path);
  if (!read.ok) return { path, problems: read.message, machines: [] };
  const { text, lines, columns } = complete(
    Buffer.from(read.value)
      .toString('utf8')
      .replace(/^\uFEFF/, ''),
  );
  // Whatever kinds there are: a step names one that this command does not judge.
  const result = parseConfig(Buffer.from(text), { kinds: [], path, organization: false });
  const found = [...result.warnings, ...(result.status === 'invalid' ? result.problems : [])];
  const problems = found
    .filter(({ code, path: place }) => code !== undefined && (place === undefined || !/^watches\b/.test(place)))
    .map((problem) =>
      Object.assign(problem, {
        line: Math.max(1, problem.line - lines),
        column: Math.max(1, problem.column - columns),
        code: problem.code ?? '',
      }),
    )
    .sort((a, b) => a.line - b.line || a.column - b.column);
  const machines = result.status === 'ok' ? Object.keys(result.config.file.machines ?? {}) : listNames(text);
  return machines.length > 0 || problems.some(isError)
    ? { path, problems, machines }
    : { path, problems: 'there is no machine in this file. Declare them under `machines`.', machines };
}

/** A file with machines only is made a whole configuration; the places in it move by so many lines and columns. */
function complete(text: string): { text: string; lines: number; columns: number } {
  if (/^["']?(?:version|watches)["']?\s*:/m.test(text) || /^\s*\{[^]*["']?watches["']?\s*:/.test(text))
    return { text, lines: 0, columns: 0 };
  const head = 'version: 1\nwatches: {}\n';
  if (/^machines\s*:/m.test(text)) return { text: head + text.replace(/^---.*\n/, '# \n'), lines: 2, columns: 0 };
  if (text.trimStart().startsWith('{')) {
    const inner = /^\s*\{\s*["']?machines["']?\s*:/.exec(text);
    const body = inner ? text.slice(inner[0].length).replace(/\}\s*$/, '') : text;
    return { text: `${head}machines: ${body}`, lines: 2, columns: 0 };
  }
  const indented = text.replace(/^---.*\n/, '# \n').replaceAll(/^(?=.)/gm, '  ');
  return { text: `${head}machines:\n${indented}`, lines: 3, columns: 2 };
}

function listNames(text: string): string[] {
  const block = /^machines\s*:[^\n]*\n(?<body>(?:[ \t].*\n?|\n|#.*\n?)*)/m.exec(text)?.groups?.['body'] ?? '';
  return [...block.matchAll(/^ {2}(\w[\w.-]*)\s*:/gm)].map((match) => match[1]!);
}
