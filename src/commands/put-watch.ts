import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { RepositoryConfig } from '../http/schemas/repository.ts';
import { readYaml } from '../watches/read-yaml.ts';
import { createYamlDocument } from '../watches/yaml-document.ts';
import { connectApi } from './api-client.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { fillPath } from './fill-path.ts';
import { printJson, refuse } from './print-list.ts';
import { readInput } from './read-input.ts';
import type { Words } from './remote-verb.ts';
import { problemLine } from './show-problem.ts';
import { printable } from './show-table.ts';

type Watch = RepositoryConfig['watches'][number];

/** `repowatch watches put`: makes or replaces a watch with what a file says, in YAML or JSON. */
export async function putWatch(context: CommandContext, { args, options }: Words): Promise<ExitCode> {
  const path = fillPath('/api/repos/:repository/watches/:watch', args);
  if (!path.ok) return refuse(context, path);
  const watch = await readWatch(context, args['file'] ?? '-');
  if (!watch.ok) return refuse(context, watch);
  const api = connectApi(context);
  if (!api.ok) return refuse(context, api);
  const done = await api.value.put<Watch>(path.value, watch.value, options['new'] === true ? { 'if-none-match': '*' } : {});
  if (!done.ok) return refuse(context, done);
  if (options['json'] === true) printJson(context, done.value);
  else context.print(printable(`${done.value.key} of ${args['repository']} is ${done.value.mode}.`));
  return 0;
}

async function readWatch(context: CommandContext, path: string): Promise<Outcome<object>> {
  const file = await readInput(context, path);
  if (!file.ok) return failed('request_invalid', file.message);
  const yaml = readYaml(file.value);
  const document = yaml.ok ? createYamlDocument(yaml.value) : yaml;
  if (!document.ok) return failed(document.problem.code, problemLine(path, document.problem));
  const { value } = document.value;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return failed('request_invalid', `${path} has no watch. Write what stands below its key in \`watches\`: on, steps, ….`);
  return ok(value);
}
