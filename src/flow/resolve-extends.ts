import type { Read } from '../github/ask.ts';
import type { TextFile } from '../github/read-text-file.ts';
import { findRepositoryByName } from '../mirror/find-repository-by-name.ts';
import type { Repository } from '../mirror/repository.ts';
import { upsertConfig } from '../watches/configs.ts';
import { parseConfig } from '../watches/parse-config.ts';
import { toProblem, type Problem } from '../watches/problems.ts';
import { configPath } from './config-path.ts';
import type { Context } from './context.ts';
import { placeOf } from './place-of.ts';

/** What the repository that is extended came to. */
export type Extended =
  | { result: 'resolved'; target: { configId: string; repositoryId: string; ref: string } }
  /** The file that extends has an error: what it names is not there or not good. `follows` is what can mend it, when the App sees the repository. */
  | { result: 'refused'; problem: Problem; follows?: { repositoryId: string; ref: string } }
  | { result: 'unread'; failure: Extract<Read<TextFile>, { ok: false }> };

/** Reads the configuration that a file extends by name: of a repository of the same owner, as it is at a ref. One hop; what that file extends does not count. */
export async function resolveExtends(
  context: Context,
  repository: Repository,
  wish: { name: string; ref: string; at: { line: number; column: number } },
): Promise<Extended> {
  const refuse = (message: string): Extract<Extended, { result: 'refused' }> => ({
    result: 'refused',
    problem: toProblem({ path: ['extends'], message: `\`extends\` names ${message}`, code: 'config_value_invalid' }, wish.at),
  });
  const shown = `\`${wish.name}@${wish.ref}\``;
  const target = await findRepositoryByName(context.db, { installationId: repository.installationId, name: wish.name });
  if (!target)
    return refuse(
      `${shown}, and the App sees no repository ${repository.owner}/${wish.name}. Add it to the installation, or name another.`,
    );
  const place = { ...placeOf(repository), name: wish.name, github_id: target.githubId };
  const read = await context.reader.readTextFile(place, configPath, wish.ref);
  if (!read.ok) return { result: 'unread', failure: read };
  const file = read.value;
  const follows = { repositoryId: target.id, ref: wish.ref };
  if (file.kind !== 'file')
    return { ...refuse(`${shown}, and there is no ${configPath} at that ref. Put one there, or name another ref.`), follows };
  const parsed = parseConfig(file.text, { kinds: context.actions.list(), path: configPath, organization: true });
  if (parsed.status === 'invalid') {
    const [first] = parsed.problems;
    const where = first ? ` (${configPath}:${first.line}:${first.column}: ${first.message})` : '';
    return { ...refuse(`${shown}, whose ${configPath} has errors${where}. Mend it there, or name another ref.`), follows };
  }
  const configId = await upsertConfig(context.db, {
    repositoryId: target.id,
    installationId: repository.installationId,
    managedBy: 'organization',
    path: configPath,
    blobSha: file.sha,
    content: file.text,
    problems: [],
  });
  return { result: 'resolved', target: { configId, repositoryId: target.id, ref: wish.ref } };
}
