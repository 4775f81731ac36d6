import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { Secret, SecretUseItem } from '../http/schemas/secret.ts';
import { connectApi } from './api-client.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { confirm } from './confirm.ts';
import { listPages } from './list-pages.ts';
import { printJson, printList, refuse } from './print-list.ts';
import { readSecret } from './read-secret.ts';
import { printable, shortTime, type Column } from './show-table.ts';

/** What was asked for on the command line: whose secret, and how it is told. */
export interface SecretOptions {
  scope?: string;
  repo?: string;
  installation?: string;
  project?: string;
  watch?: string;
  name?: string;
  fromEnv?: string;
  destination?: string[];
  anyDestination?: true;
  value?: string;
  limit?: string;
  yes?: true;
  json?: true;
}

type ScopeQuery = Record<string, string>;

/** The scope that the options name, as the API takes it; without any option the whole server's. */
function readScope({ scope, repo, installation, project, watch }: SecretOptions): ScopeQuery {
  const named = watch ? 'watch' : project ? 'project' : repo ? 'repository' : installation ? 'installation' : undefined;
  const chosen = scope ?? named;
  return {
    ...(chosen !== undefined && { scope: chosen }),
    ...(repo !== undefined && { repository: repo }),
    ...(installation !== undefined && { installation_id: installation }),
    ...(project !== undefined && { project_id: project }),
    ...(watch !== undefined && { watch }),
  };
}

function pathOf(name: string, scope: ScopeQuery, below = ''): string {
  const query = new URLSearchParams(scope).toString();
  return `/api/secrets/${encodeURIComponent(name)}${below}${query === '' ? '' : `?${query}`}`;
}

/** The value: typed in unseen, from standard input, or from a variable; never from the command line, which others on the machine can read. */
async function readValue(context: CommandContext, name: string, { fromEnv, value }: SecretOptions): Promise<Outcome<string>> {
  if (value !== undefined)
    return failed(
      'request_invalid',
      'A value on the command line stands in the history of the shell, and everybody on this machine can read it there: it was not sent, and counts as given away. Type it in when asked, or give it on standard input: … < FILE, or with --from-env VARIABLE.',
    );
  if (fromEnv === undefined) return await readSecret(context, `The value of ${printable(name)}`);
  const found = context.environment[fromEnv];
  return found ? ok(found) : failed('request_invalid', `The variable ${fromEnv} is empty. Put the value there.`);
}

/** `repowatch secrets set`: sets a secret, or gives it a new value. */
export async function setSecret(context: CommandContext, name: string, options: SecretOptions): Promise<ExitCode> {
  if (options.destination && options.anyDestination) return refuse(context, 'Give either --destination or --any-destination.');
  const api = connectApi(context);
  if (!api.ok) return refuse(context, api);
  const value = await readValue(context, name, options);
  if (!value.ok) return refuse(context, value);
  const destinations = options.anyDestination ? null : options.destination;
  const body = { value: value.value, ...(destinations !== undefined && { destinations }) };
  const set = await api.value.put<Secret>(pathOf(name, readScope(options)), body);
  if (!set.ok) return refuse(context, set);
  if (options.json) printJson(context, set.value);
  else {
    const { version, destinations: hosts } = set.value;
    const where = hosts === null ? 'may be sent anywhere' : `may be sent to ${hosts.join(', ')}`;
    context.print(printable(`${set.value.name} (${whose(set.value)}) is set; it is value number ${version} and ${where}.`));
  }
  return 0;
}

/** `repowatch secrets list`: the secrets that one may see, without their values. */
export async function listSecrets(context: CommandContext, options: SecretOptions): Promise<ExitCode> {
  const api = connectApi(context);
  if (!api.ok) return refuse(context, api);
  const query = { ...readScope(options), ...(options.name !== undefined && { name: options.name }) };
  const limit = Number(options.limit ?? Number.POSITIVE_INFINITY);
  if (!(limit >= 1)) return refuse(context, `\`--limit ${options.limit}\` is no number of rows. Write --limit 50.`);
  const read = await listPages<Secret>(api.value, '/api/secrets', { query, limit });
  return printList(context, read, { columns: secretColumns, json: options.json, empty: 'There are no such secrets.' });
}

/** `repowatch secrets used-by`: the watches, hooks and steps that name a secret. */
export async function listSecretUses(context: CommandContext, name: string, options: SecretOptions): Promise<ExitCode> {
  const api = connectApi(context);
  if (!api.ok) return refuse(context, api);
  const path = pathOf(name, {}, '/used-by');
  const read = await listPages<SecretUseItem>(api.value, path, { query: readScope(options) });
  return printList(context, read, { columns: useColumns, json: options.json, empty: 'Nothing names it.' });
}

/** `repowatch secrets delete`: forgets a secret, after a question that says what names it. */
export async function deleteSecret(context: CommandContext, name: string, options: SecretOptions): Promise<ExitCode> {
  const api = connectApi(context);
  if (!api.ok) return refuse(context, api);
  const scope = readScope(options);
  const uses = options.yes ? ok({ rows: [] }) : await listPages<SecretUseItem>(api.value, pathOf(name, {}, '/used-by'), { query: scope });
  if (!uses.ok) return refuse(context, uses);
  const count = uses.value.rows.length;
  const warning = count === 0 ? '' : ` ${count} ${count === 1 ? 'watch names' : 'watches name'} it.`;
  const sure = await confirm(context, `Forget the secret ${printable(name)}?${warning}`, { yes: options.yes });
  if (!sure.ok) return refuse(context, sure);
  if (!sure.value) {
    context.tell('Nothing was done.');
    return 2;
  }
  const gone = await api.value.delete(pathOf(name, scope));
  if (!gone.ok) return refuse(context, gone);
  if (options.json) printJson(context, { name, deleted: true });
  else context.print(`${printable(name)} is gone.`);
  return 0;
}

/** Whose a secret is, for people. */
function whose({ scope, repository, project, installation_id: installation, watch }: Secret): string {
  const owner =
    repository ?? (project === null ? (installation === null ? null : `installation ${installation}`) : `project ${project.name}`);
  return [scope, owner, watch].filter((part) => part !== null && part !== undefined).join(' ');
}

const secretColumns: Column<Secret>[] = [
  { title: 'name', cell: ({ name }) => name },
  { title: 'of', cell: whose },
  { title: 'destinations', cell: ({ destinations }) => destinations?.join(', ') ?? 'any' },
  {
    title: 'value',
    cell: ({ version, frozen }) => (frozen ? `${version}, frozen` : version),
    colour: ({ frozen }) => (frozen ? 'yellow' : undefined),
  },
  { title: 'set', cell: ({ updated_at: at }) => shortTime(at) },
  { title: 'by', cell: ({ updated_by: by }) => by },
  { title: 'last used', cell: ({ last_used_at: at }) => shortTime(at) },
];

const useColumns: Column<SecretUseItem>[] = [
  { title: 'repository', cell: ({ repository }) => repository },
  { title: 'kind', cell: ({ kind }) => kind.replace('_', ' ') },
  { title: 'watch', cell: ({ watch }) => watch },
  { title: 'layer', cell: ({ layer }) => layer },
  { title: 'where', cell: ({ origin }) => origin },
  { title: 'steps', cell: ({ steps }) => steps.map(({ position, id, uses }) => `${id ?? position + 1} (${uses})`).join(', ') },
  {
    title: 'gets it',
    cell: ({ gets_this: gets }) => (gets ? 'yes' : 'no, a nearer one'),
    colour: ({ gets_this: gets }) => (gets ? undefined : 'yellow'),
  },
];
