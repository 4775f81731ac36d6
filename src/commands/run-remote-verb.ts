import { failed, ok, type Outcome } from '../core/outcome.ts';
import { connectApi, type ApiClient } from './api-client.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { confirm } from './confirm.ts';
import { addQuery, fillPath, optionNames, optionsAsQuery } from './fill-path.ts';
import { listPages } from './list-pages.ts';
import { printJson, printList, refuse } from './print-list.ts';
import type { CallVerb, ListVerb, OptionValues, RemoteVerb, ShowVerb, Words } from './remote-verb.ts';
import { createPaint } from './show-problem.ts';
import { printable } from './show-table.ts';
import { drawThing, toColumns } from './show-thing.ts';
import { watchScreen } from './watch-screen.ts';

/** How many rows a list shows when nobody says. */
const usualLimit = 30;

/** Does what a verb of the table describes. */
export async function runRemoteVerb(context: CommandContext, verb: RemoteVerb, words: Words): Promise<ExitCode> {
  if (verb.kind === 'own') return await (await verb.load())(context, words);
  const path = fillPath(verb.path, words.args);
  if (!path.ok) return refuse(context, path);
  const api = connectApi(context);
  if (!api.ok) return refuse(context, api);
  const place = { api: api.value, path: path.value };
  if (verb.kind === 'list') return await runList(context, verb, { ...place, words });
  if (verb.kind === 'show') return await runShow(context, verb, { ...place, words });
  return await runCall(context, verb, { ...place, words });
}

interface Place {
  api: ApiClient;
  path: string;
  words: Words;
}

async function runList(context: CommandContext, verb: ListVerb, { api, path, words: { options } }: Place): Promise<ExitCode> {
  const limit = readLimit(options);
  if (!limit.ok) return refuse(context, limit);
  const query = optionsAsQuery(options, optionNames(verb.filters));
  const json = options['json'] === true;
  const read = () => listPages<never>(api, path, { query, limit: limit.value });
  const look = { columns: toColumns(verb.columns), json, empty: verb.empty };
  if (options['watch'] === undefined) return printList(context, await read(), look);
  return await watchScreen(context, { options, draw: async (page) => printList(page, await read(), look) });
}

function readLimit({ limit, all }: OptionValues): Outcome<number> {
  if (all === true) return limit === undefined ? ok(Number.POSITIVE_INFINITY) : failed('request_invalid', 'Give either --limit or --all.');
  if (limit === undefined) return ok(usualLimit);
  const isNumber = /^[1-9]\d{0,5}$/.test(String(limit));
  return isNumber ? ok(Number(limit)) : failed('request_invalid', `\`--limit ${String(limit)}\` is no number of rows. Write --limit 50.`);
}

async function runShow(context: CommandContext, verb: ShowVerb, { api, path, words: { options } }: Place): Promise<ExitCode> {
  const draw = async (page: CommandContext) => {
    const read = await api.get<unknown>(addQuery(path, optionsAsQuery(options, optionNames(verb.options))));
    if (!read.ok) return refuse(page, read);
    if (options['json'] === true) printJson(page, read.value);
    else {
      const look = { paint: createPaint(page.coloured === true, page.environment), width: page.screen?.()?.columns };
      for (const line of drawThing(read.value, verb, look)) page.print(line);
    }
    return 0;
  };
  return options['watch'] === undefined ? await draw(context) : await watchScreen(context, { options, draw });
}

async function runCall(context: CommandContext, verb: CallVerb, { api, path, words }: Place): Promise<ExitCode> {
  const { options } = words;
  const body = (await verb.body?.(words, context)) ?? ok(undefined);
  if (!body.ok) return refuse(context, body);
  if (verb.sure !== undefined) {
    const sure = await confirm(context, verb.sure(words), { yes: options['yes'] === true ? true : undefined });
    if (!sure.ok) return refuse(context, sure);
    if (!sure.value) {
      context.tell('Nothing was done.');
      return 2;
    }
  }
  const address = addQuery(path, optionsAsQuery(options, verb.query ?? []));
  const done = await callApi(api, { method: verb.method, address, body: body.value });
  if (!done.ok) return refuse(context, done);
  if (options['json'] !== true) for (const line of verb.said(done.value as never, words).split('\n')) context.print(printable(line));
  else if (done.value !== undefined) printJson(context, done.value);
  return verb.isFailure?.(done.value as never) === true ? 1 : 0;
}

async function callApi(
  api: ApiClient,
  { method, address, body }: { method: CallVerb['method']; address: string; body: unknown },
): Promise<Outcome<unknown>> {
  if (method === 'DELETE') return await api.delete(address);
  if (method === 'PUT') return await api.put(address, body);
  return await (method === 'PATCH' ? api.patch(address, body) : api.post(address, body));
}
