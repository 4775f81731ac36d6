import { connectApi } from './api-client.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { fillPath } from './fill-path.ts';
import { printJson, refuse } from './print-list.ts';
import type { Words } from './remote-verb.ts';

/** `repowatch projects export`: one project, or all that you manage, as JSON that `import` reads. It has no values of secrets. */
export async function exportProjects(context: CommandContext, { args }: Words): Promise<ExitCode> {
  const path = args['id'] === undefined ? fillPath('/api/projects/export', {}) : fillPath('/api/projects/:id/export', args);
  if (!path.ok) return refuse(context, path);
  const api = connectApi(context);
  if (!api.ok) return refuse(context, api);
  const read = await api.value.get<unknown>(path.value);
  if (!read.ok) return refuse(context, read);
  printJson(context, read.value);
  return 0;
}
