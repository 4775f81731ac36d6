import { setTimeout as pause } from 'node:timers/promises';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { ChangeDetail } from '../http/schemas/change-detail.ts';
import type { RunDetail, RunSummary } from '../http/schemas/run.ts';
import { connectApi, type ApiClient } from './api-client.ts';
import type { CommandContext, ExitCode } from './command-context.ts';

/** What was asked for on the command line. */
export interface RunOptions {
  ref?: string;
  /** `name=value`, as often as there are inputs. */
  input?: string[];
  json?: true;
  /** False with --no-wait. */
  wait: boolean;
}

interface Wish {
  repository: string;
  watch: string;
}

/** How often a run is looked at: soon at first, then once a second. Milliseconds. */
const firstLookMs = 100;
const slowestLookMs = 1_000;

const overStatuses = new Set(['succeeded', 'failed', 'dead', 'cancelled']);

/** `repowatch run OWNER/NAME WATCH`: starts a watch by hand and shows what came of it. Exit code 1 when it did not run, or did not succeed. */
export async function run(context: CommandContext, wish: Wish, options: RunOptions): Promise<ExitCode> {
  const done = await ask(context, wish, options);
  if (done.ok) return done.value;
  context.tell(done.message);
  return 1;
}

async function ask(context: CommandContext, wish: Wish, options: RunOptions): Promise<Outcome<ExitCode>> {
  if (!/^[^/\s]+\/[^/\s]+$/.test(wish.repository))
    return failed('request_invalid', `\`${wish.repository}\` is no repository. Write owner/name.`);
  const inputs = readInputs(options.input ?? []);
  if (!inputs.ok) return inputs;
  const api = connectApi(context);
  if (!api.ok) return api;
  const [owner = '', name = ''] = wish.repository.split('/');
  const path = `/api/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}/watches/${encodeURIComponent(wish.watch)}/run`;
  const body = { ...(options.ref === undefined ? {} : { ref: options.ref }), text_inputs: inputs.value };
  const asked = await api.value.post<{ change: ChangeDetail; runs: RunSummary[] }>(path, body);
  if (!asked.ok) return asked;
  const { change, runs: begun } = asked.value;
  const runs = await readRuns(context, api.value, { ids: begun.map(({ id }) => id), wait: options.wait });
  if (!runs.ok) return runs;
  if (options.json) context.print(JSON.stringify({ change, runs: runs.value }, null, 2));
  else report(context, change, runs.value);
  const fine = runs.value.length > 0 && runs.value.every(({ status }) => !overStatuses.has(status) || status === 'succeeded');
  return ok(fine ? 0 : 1);
}

function readInputs(given: readonly string[]): Outcome<Record<string, string>> {
  const wrong = given.find((text) => !/^[^=]+=/.test(text));
  if (wrong !== undefined) return failed('request_invalid', `\`--input ${wrong}\` has no value. Write --input name=value.`);
  return ok(Object.fromEntries(given.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)])));
}

/** Reads the runs, when asked once they are over. Told to stop, only the looking ends. */
async function readRuns(context: CommandContext, api: ApiClient, which: { ids: string[]; wait: boolean }): Promise<Outcome<RunDetail[]>> {
  const stop = context.listenForStop();
  const runs: RunDetail[] = [];
  for (const id of which.ids) {
    for (let waitMs = firstLookMs; ; waitMs = Math.min(waitMs * 1.5, slowestLookMs)) {
      const read = await api.get<RunDetail>(`/api/runs/${id}`);
      if (!read.ok) return read;
      if (!which.wait || overStatuses.has(read.value.status) || stop.aborted) {
        runs.push(read.value);
        break;
      }
      await pause(waitMs, undefined, { signal: stop }).catch(() => undefined);
    }
  }
  return ok(runs);
}

function report(context: CommandContext, change: ChangeDetail, runs: RunDetail[]): void {
  const watch = String(change.data['watch']);
  if (runs.length === 0) {
    const said = change.considered.find((entry) => entry.key === watch);
    context.print(`Change ${change.id}: ${watch} did not run: ${said?.reason ?? 'no watch wanted it'}.`);
  }
  for (const { id, status, code, message, steps } of runs) {
    context.print(`Run ${id} of ${watch} is ${status}${code === null ? '' : `: ${code}`}${message === null ? '' : `: ${message}`}`);
    for (const step of steps)
      context.print(
        `  ${step.key ?? step.name ?? `step ${step.position + 1}`} (${step.kind}): ${step.status}${step.message === null ? '' : `: ${step.message}`}`,
      );
  }
}
