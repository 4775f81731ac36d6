import { connectApi } from './api-client.ts';
import type { CommandContext, ExitCode } from './command-context.ts';

interface Connection {
  url: string;
  flavor: string;
  account: string;
  expires_at: string | null;
  warning: string | null;
}

/** `repowatch tickets test-connection`: says whose the connection in a secret is, and when its token ends. */
export async function testConnection(
  context: CommandContext,
  { repository, connection }: { repository: string; connection: string },
  options: { json?: true },
): Promise<ExitCode> {
  const api = connectApi(context);
  if (!api.ok) return fail(context, api.message);
  const [owner, name, ...more] = repository.split('/');
  if (!owner || !name || more.length > 0) return fail(context, `${repository} is no repository. Write owner/name.`);
  const path = `/api/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}/tickets/test-connection`;
  const told = await api.value.post<Connection>(path, { connection });
  if (!told.ok) return fail(context, told.message);
  const { url, flavor, account, expires_at: end, warning } = told.value;
  if (options.json) context.print(JSON.stringify(told.value, null, 2));
  else {
    context.print(`${connection} reaches ${url} (${flavor}) as ${account}${end === null ? '' : `, until ${end.slice(0, 10)}`}.`);
    if (warning !== null) context.tell(warning);
  }
  return 0;
}

function fail(context: CommandContext, message: string): ExitCode {
  context.tell(message);
  return 1;
}
