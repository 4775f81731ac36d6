import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { Job } from '../http/schemas/job.ts';
import { connectApi, type ApiClient } from './api-client.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { fillPath, optionsAsQuery } from './fill-path.ts';
import { followJob, reportJob } from './follow-job.ts';
import { printJson, refuse } from './print-list.ts';
import type { OptionValues, Words } from './remote-verb.ts';

interface Bulk {
  matched: number;
  cooling: number;
  selected: number;
  runs: string[];
  job: Job | null;
}

type Kind = 'replay' | 'redrive';

const filterNames = ['status', 'repository', 'installation', 'watchKey', 'type', 'ref', 'code', 'change', 'since', 'until'];

/** `repowatch runs replay`: one run again, or all that filters find. */
export async function replay(context: CommandContext, words: Words): Promise<ExitCode> {
  return await again(context, 'replay', words);
}

/** `repowatch runs redrive`: lets one dead run go on, or all that filters find. */
export async function redrive(context: CommandContext, words: Words): Promise<ExitCode> {
  return await again(context, 'redrive', words);
}

async function again(context: CommandContext, kind: Kind, { args, options }: Words): Promise<ExitCode> {
  const filter = optionsAsQuery(options, filterNames);
  const { id } = args;
  const isMany = Object.keys(filter).length > 0;
  if ((id !== undefined) === isMany)
    return refuse(context, `Give either the id of a run or filters, such as --status dead. repowatch runs ${kind} --help lists them.`);
  const api = connectApi(context);
  if (!api.ok) return refuse(context, api);
  const config = options['config'] === undefined ? {} : { config: options['config'] };
  if (id !== undefined) return await one(context, api.value, { kind, id, config, json: options['json'] === true });
  const limit = readLimit(options['limit']);
  if (!limit.ok) return refuse(context, limit);
  return await many(context, api.value, { kind, body: { filter, ...config, ...limit.value }, options });
}

function readLimit(limit: OptionValues[string]): Outcome<{ limit?: number }> {
  if (limit === undefined) return ok({});
  const isNumber = /^[1-9]\d{0,3}$/.test(String(limit));
  return isNumber
    ? ok({ limit: Number(limit) })
    : failed('request_invalid', `\`--limit ${String(limit)}\`: write a number from 1 to 1000.`);
}

async function one(
  context: CommandContext,
  api: ApiClient,
  { kind, id, config, json }: { kind: Kind; id: string; config: object; json: boolean },
): Promise<ExitCode> {
  const path = fillPath(`/api/runs/:id/${kind}`, { id });
  if (!path.ok) return refuse(context, path);
  const done = await api.post<{ id: string; config?: string }>(path.value, kind === 'replay' ? config : undefined);
  if (!done.ok) return refuse(context, done);
  if (json) printJson(context, done.value);
  else if (kind === 'replay') context.print(`Run ${done.value.id} repeats run ${id}, as configured ${done.value.config}.`);
  else context.print(`Run ${id} goes on.`);
  if (!json) context.tell(`repowatch runs follow ${done.value.id ?? id} shows how it goes.`);
  return 0;
}

async function many(
  context: CommandContext,
  api: ApiClient,
  { kind, body, options }: { kind: Kind; body: object; options: OptionValues },
): Promise<ExitCode> {
  const json = options['json'] === true;
  const dryRun = options['dryRun'] === true;
  const asked = await api.post<Bulk>(`/api/runs/${kind}`, { ...body, dry_run: dryRun });
  if (!asked.ok) return refuse(context, asked);
  const { matched, cooling, selected, runs, job: begun } = asked.value;
  if (!json)
    context.tell(
      `${matched} ${matched === 1 ? 'run fits' : 'runs fit'}${cooling === 0 ? '' : `; ${cooling} of them were just taken by another job`}.`,
    );
  if (begun === null) {
    if (json) printJson(context, asked.value);
    else
      context.print(
        selected === 0 ? 'There is nothing to do.' : `${selected} would be taken: ${runs.join(', ')}${selected > runs.length ? ', …' : ''}`,
      );
    return selected === 0 ? 2 : 0;
  }
  const job = options['wait'] === false ? ok(begun) : await followJob(context, api, begun);
  if (!job.ok) return refuse(context, job);
  if (json) printJson(context, { ...asked.value, job: job.value });
  else reportJob(context, job.value);
  return job.value.failed > 0 || job.value.status === 'cancelled' ? 1 : 0;
}
