import { readEventName } from '../changes/compatibility-names.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { connectApi, type ApiClient } from './api-client.ts';
import type { CommandContext, ExitCode } from './command-context.ts';

/** What was asked for on the command line. */
export interface HookOptions {
  /** `all`, or names with commas; an empty text, or the option alone, clears the list. */
  events?: string | true;
  url?: string;
  description?: string;
  format?: string;
  /** The name of a variable of the environment that holds the signing key; keys do not belong on a command line. */
  secretFrom?: string;
  activate?: true;
  deactivate?: true;
  json?: true;
}

interface Hook {
  id: string;
  url: string;
  events: 'all' | string[];
  active: boolean;
  description: string;
  format: string;
}

/** `repowatch hooks list`: the hooks of a repository. */
export async function listHooks(context: CommandContext, repository: string, options: HookOptions): Promise<ExitCode> {
  return await withApi(context, repository, async (api, path) => printHooks(context, await api.get<Record<string, Hook>>(path), options));
}

/** `repowatch hooks get`: one hook. */
export async function getHook(context: CommandContext, place: { repository: string; id: string }, options: HookOptions): Promise<ExitCode> {
  return await withApi(context, place.repository, async (api, path) =>
    printHook(context, await api.get<Hook>(`${path}/${encodeURIComponent(place.id)}`), options),
  );
}

/** `repowatch hooks add`: makes a hook; one of this id must not be there. */
export async function addHook(
  context: CommandContext,
  place: { repository: string; id: string; url: string },
  options: HookOptions,
): Promise<ExitCode> {
  const words = readWords(context, { ...options, url: place.url });
  if (!words.ok) return refuse(context, words.message);
  return await withApi(context, place.repository, async (api, path) =>
    printHook(context, await api.put<Hook>(`${path}/${encodeURIComponent(place.id)}`, words.value, { 'if-none-match': '*' }), options),
  );
}

/** `repowatch hooks update`: changes what is said, and switches a hook off or on. */
export async function updateHook(
  context: CommandContext,
  place: { repository: string; id: string },
  options: HookOptions,
): Promise<ExitCode> {
  const words = readWords(context, options);
  if (!words.ok) return refuse(context, words.message);
  if (Object.keys(words.value).length === 0)
    return refuse(context, 'Nothing to change: give --url, -e, -d, --format, --activate or --deactivate.');
  return await withApi(context, place.repository, async (api, path) =>
    printHook(context, await api.patch<Hook>(`${path}/${encodeURIComponent(place.id)}`, words.value), options),
  );
}

/** `repowatch hooks remove`: removes a hook and prints those that are left. */
export async function removeHook(
  context: CommandContext,
  place: { repository: string; id: string },
  options: HookOptions,
): Promise<ExitCode> {
  return await withApi(context, place.repository, async (api, path) =>
    printHooks(context, await api.delete<Record<string, Hook>>(`${path}/${encodeURIComponent(place.id)}`), options),
  );
}

/** `repowatch hooks copy`: takes over the hooks of another repository. */
export async function copyHooks(
  context: CommandContext,
  place: { repository: string; from: string },
  options: HookOptions,
): Promise<ExitCode> {
  return await withApi(context, place.repository, async (api, path) =>
    printHooks(context, await api.post<Record<string, Hook>>(`${path}/copy`, { from: place.from }), options),
  );
}

async function withApi(
  context: CommandContext,
  repository: string,
  work: (api: ApiClient, path: string) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { owner, name } = /^(?<owner>[^/\s]+)\/(?<name>[^/\s]+)$/.exec(repository)?.groups ?? {};
  if (owner === undefined || name === undefined) return refuse(context, `\`${repository}\` is no repository. Write owner/name.`);
  const api = connectApi(context);
  if (!api.ok) return refuse(context, api.message);
  return await work(api.value, `/api/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}/hooks`);
}

/** What the options say of a hook, as the API takes it. */
function readWords({ environment }: CommandContext, options: HookOptions): Outcome<Record<string, unknown>> {
  const { events, url, description, format, secretFrom, activate, deactivate } = options;
  if (activate && deactivate) return failed('request_invalid', 'Give either --activate or --deactivate.');
  const secret = secretFrom === undefined ? undefined : environment[secretFrom];
  if (secretFrom !== undefined && !secret)
    return failed('request_invalid', `The variable ${secretFrom} is empty. Put the signing key there.`);
  const names = readNames(events);
  if (!names.ok) return names;
  const words = {
    ...(url !== undefined && { url }),
    ...(names.value !== undefined && { events: names.value }),
    ...(description !== undefined && { description }),
    ...(format !== undefined && { format }),
    ...(secret !== undefined && { secret }),
    ...((activate || deactivate) && { active: activate === true }),
  };
  return ok(words);
}

/** The names of events, judged here so that a typing error needs no server. */
function readNames(events: string | true | undefined): Outcome<'all' | string[] | undefined> {
  if (events === undefined || events === 'all') return ok(events);
  const names = (events === true ? '' : events)
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const wrong = names.map(readEventName).find((read) => !read.ok);
  return wrong?.ok === false ? wrong : ok(names);
}

function refuse(context: CommandContext, message: string): ExitCode {
  context.tell(message);
  return 1;
}

function printHooks(context: CommandContext, answer: Outcome<Record<string, Hook>>, { json }: HookOptions): ExitCode {
  if (!answer.ok) return refuse(context, answer.message);
  if (json) context.print(JSON.stringify(answer.value, null, 2));
  else for (const hook of Object.values(answer.value)) context.print(lineOf(hook));
  if (!json && Object.keys(answer.value).length === 0) context.tell('There are no hooks.');
  return 0;
}

function printHook(context: CommandContext, answer: Outcome<Hook>, { json }: HookOptions): ExitCode {
  if (!answer.ok) return refuse(context, answer.message);
  context.print(json ? JSON.stringify(answer.value, null, 2) : lineOf(answer.value));
  return 0;
}

function lineOf({ id, url, events, active, format, description }: Hook): string {
  const names = events === 'all' ? 'all' : events.length === 0 ? 'none' : events.join(',');
  // What people wrote must not steer the terminal.
  return `${id}  ${active ? 'active' : 'inactive'}  ${names}  ${format}  ${url}  ${description}`.replaceAll(/\p{Cc}/gu, '?');
}
