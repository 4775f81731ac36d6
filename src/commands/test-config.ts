import type { Outcome } from '../core/outcome.ts';
import { failed } from '../core/outcome.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Context } from '../flow/context.ts';
import { tryConfig, type TriedChange, type TriedConfig } from '../flow/try-config.ts';
import { connectApi } from './api-client.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { readInput } from './read-input.ts';
import { readTrialEvent } from './read-trial-event.ts';
import { createPaint, problemLine, type Paint } from './show-problem.ts';
import { showSteps } from './show-steps.ts';
import { loadKinds } from '../actions/load-kinds.ts';

/** What was asked for on the command line. */
export interface TestOptions {
  /** A file with the payload of an event. */
  event?: string;
  eventName?: string;
  /** The id of a change that a running server has. */
  change?: string;
  repo?: string;
  organization?: true;
  json?: true;
}

/** Nothing went wrong, and nothing would run. */
const nothingWouldRun = 2;

/** `repowatch test FILE`: says what a file would do with an event or a change. Exit code 0 when something would run, 2 when nothing would, 1 on errors. */
export async function testConfig(context: CommandContext, path: string, options: TestOptions): Promise<ExitCode> {
  const refuse = (message: string): ExitCode => {
    context.tell(message);
    return 1;
  };
  if ((options.event === undefined) === (options.change === undefined))
    return refuse('Give either --event with the file of a payload, or --change with the id of a change.');
  if (path === '-' && options.event === '-') return refuse('Only one of the two can come from standard input.');
  const file = await readInput(context, path);
  if (!file.ok) return refuse(`${path}: ${file.message}`);
  const trial = { content: Buffer.from(file.value).toString('utf8'), path };
  const tried = options.event === undefined ? await askServer(context, trial, options) : await tryOffline(context, trial, options);
  if (!tried.ok) return refuse(tried.message);
  if (options.json) context.print(JSON.stringify(tried.value, null, 2));
  else report(context, path, tried.value);
  if (tried.value.status === 'invalid') return 1;
  return tried.value.changes.some(({ would_run: ids }) => ids.length > 0) ? 0 : nothingWouldRun;
}

/** Needs no server: what an event means and who wants it is decided by pure functions. */
async function tryOffline(
  context: CommandContext,
  file: { content: string; path: string },
  options: TestOptions,
): Promise<Outcome<TriedConfig, ErrorCode>> {
  const event = await readTrialEvent(context, options.event!, options.eventName);
  if (!event.ok) return event;
  const kinds = await loadKinds();
  const actions = { list: () => kinds };
  // Without a repository nobody looks at the database or at what is in force.
  const tools = { actions, githubUrl: context.environment['GITHUB_URL'] ?? 'https://github.com' } as unknown as Context;
  return await tryConfig(tools, { ...file, organization: options.organization === true }, { event: event.value });
}

async function askServer(
  context: CommandContext,
  file: { content: string; path: string },
  options: TestOptions,
): Promise<Outcome<TriedConfig>> {
  const id = options.change!;
  if (!/^\d{1,18}$/.test(id)) return failed('request_invalid', `\`${id}\` is no id of a change. Take one of \`GET /api/changes\`.`);
  const api = connectApi(context);
  if (!api.ok) return api;
  let repository = options.repo;
  if (repository === undefined) {
    const change = await api.value.get<{ repository: { full_name: string } }>(`/api/changes/${id}`);
    if (!change.ok) return change;
    repository = change.value.repository.full_name;
  }
  const body = { ...file, repository, changes: [id], ...(options.organization ? { organization: true } : {}) };
  const tried = await api.value.post<TriedConfig>('/api/config/simulate', body);
  if (tried.ok && tried.value.missing.length > 0) return failed('not_found', `${repository} has no change ${id}.`);
  return tried;
}

function report(context: CommandContext, path: string, { problems, changes, watches }: TriedConfig): void {
  const paint = createPaint(context.coloured === true, context.environment);
  const rehearsed = new Set(watches.flatMap(({ id, mode }) => (mode === 'dry-run' ? [id] : [])));
  for (const problem of problems) context.print(problemLine(path, problem));
  for (const change of changes) reportChange(context, { paint, rehearsed }, change);
}

function reportChange(context: CommandContext, look: { paint: Paint; rehearsed: ReadonlySet<string> }, change: TriedChange): void {
  const { paint, rehearsed } = look;
  context.print(`${paint('bold', change.type)}: ${change.sentence}`);
  for (const { watch, matched, clause, reason, origin } of change.considered) {
    const place = origin === null ? '' : `${origin}: `;
    if (matched) {
      context.print(`${place}${paint('green', `${watch} would run`)}${rehearsed.has(watch) ? ', as a dry run' : ''}`);
      for (const line of showSteps(change.steps?.[watch] ?? [])) context.print(line);
    } else context.print(`${place}${paint('dim', `${watch} would not run`)}: ${clause ?? 'no'}: ${reason ?? 'no reason is known'}`);
  }
  if (change.considered.length === 0) context.print('There is no watch in the file.');
}
