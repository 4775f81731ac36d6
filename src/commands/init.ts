import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { configPath } from '../flow/config-path.ts';
import { loadSome } from '../env.ts';
import { parseConfig } from '../watches/parse-config.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { isRepositoryName, readGitFolder } from './read-git-folder.ts';
import { problemLine } from './show-problem.ts';
import { readLanguages, renderStarter } from './starter-file.ts';
import { loadKinds } from '../actions/load-kinds.ts';

/** What was asked for on the command line. */
export interface InitOptions {
  repo?: string;
  folder?: string;
  force?: true;
}

/** `repowatch init`: writes a first configuration file for the repository of a folder, after checking it as a push would. */
export async function init(context: CommandContext, options: InitOptions): Promise<ExitCode> {
  const refuse = (message: string): ExitCode => {
    context.tell(message);
    return 1;
  };
  if (options.repo !== undefined && !isRepositoryName(options.repo))
    return refuse(`\`${options.repo}\` is no repository. Write owner/name.`);
  const settings = loadSome(context.environment, ['PUBLIC_URL', 'REPOWATCH_URL']);
  if (!settings.ok) return refuse(settings.message);
  const git = await readGitFolder(options.folder ?? '.');
  const address = settings.value.publicUrl ?? settings.value.repowatchUrl;
  const content = renderStarter({
    repository: options.repo ?? git.repository,
    defaultBranch: git.defaultBranch,
    schemaUrl: `${address}/schema/repowatch.json`,
    ...(await readLanguages(git.root)),
  });
  const judged = parseConfig(content, { kinds: await loadKinds(), path: configPath });
  if (judged.status === 'invalid') {
    for (const problem of judged.problems) context.print(problemLine(configPath, problem));
    return refuse('What would be written is not valid, so nothing was written. Give --repo, or write the file by hand.');
  }
  const path = join(git.root, configPath);
  const shown = relative('.', path);
  const problem = await write(path, content, options.force === true);
  if (problem !== undefined) return refuse(`${shown}: ${problem}`);
  context.print(
    `${shown} is written${options.repo === undefined && git.repository === undefined ? '' : ` for ${options.repo ?? git.repository}`}.`,
  );
  context.print('Its watch is a dry run. Look at the address in it, then: repowatch validate, commit, push.');
  return 0;
}

/** Why the file was not written; undefined when it was. A link is never followed: it could lead out of the repository. */
async function write(path: string, content: string, force: boolean): Promise<string | undefined> {
  const folder = await lstat(dirname(path)).catch(() => undefined);
  if (folder && !folder.isDirectory()) return 'its folder is a link or a file. Remove it first.';
  const found = await lstat(path).catch(() => undefined);
  if (found && !found.isFile()) return 'there is something that is no plain file. Remove it first.';
  if (found && !force) return 'there is a file already. Nothing was changed; --force replaces it.';
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { flag: found ? 'w' : 'wx' });
    return undefined;
  } catch (error) {
    const code = Error.isError(error) && 'code' in error ? String(error.code) : 'unknown';
    return `it cannot be written (${code}). Check the rights of the folder.`;
  }
}
