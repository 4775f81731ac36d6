import type { Read } from '../github/ask.ts';
import type { TextFile } from '../github/read-text-file.ts';
import type { Validation } from '../mirror/config-validations.ts';
import type { Repository } from '../mirror/repository.ts';
import { compileConfig } from '../watches/compile-config.ts';
import { parseConfig, type Config } from '../watches/parse-config.ts';
import { toProblem, type Problem } from '../watches/problems.ts';
import { configPath } from './config-path.ts';
import type { Context } from './context.ts';
import type { Verdict } from './describe-validation.ts';
import { placeOf } from './place-of.ts';
import { previewConfig } from './preview-config.ts';
import { judgeConfigText } from './sync-config.ts';

type Failure = Extract<Read<TextFile>, { ok: false }>;

/** What a look at a commit's configuration came to. */
export type Judged = { result: 'verdict'; verdict: Verdict } | { result: 'unchanged' } | { result: 'unread'; failure: Failure };

/** The most problems that are told; the file on the default branch is answered with fewer. */
const maxProblems = 500;

/**
 * Reads the configuration at a commit and says what it is worth. Nothing of it is run or comes into force, and no secret is
 * looked at (handbook H4). A fork's is read through this repository, which has its commits, and only its text is judged: what
 * layers allow, which secrets exist and what happened here is not a stranger's business.
 */
export async function judgeProposal(context: Context, repository: Repository, validation: Validation): Promise<Judged> {
  const reader = context.reader.as('actions');
  const read = await reader.readTextFile(placeOf(repository), configPath, validation.headSha);
  if (!read.ok) return { result: 'unread', failure: read };
  const file = read.value;
  if (validation.touches === 'unknown') {
    const same = await isUnchanged(context, repository, { validation, file });
    if (!same.ok) return { result: 'unread', failure: same };
    if (same.value) return { result: 'unchanged' };
  }
  if (file.kind === 'absent') return { result: 'verdict', verdict: empty('neutral') };
  if (file.kind !== 'file') return { result: 'verdict', verdict: { ...empty('failure'), problems: [misfit(file)] } };
  return validation.fromFork ? judgeText(context, repository, file) : await judgeWhole(context, repository, { file, validation });
}

function empty(conclusion: Verdict['conclusion']): Verdict {
  return { conclusion, blobSha: null, problems: [], watches: 0, preview: null };
}

function misfit(file: Exclude<TextFile, { kind: 'file' | 'absent' }>): Problem {
  const [code, message] =
    file.kind === 'too_large'
      ? (['config_too_large', `${configPath} has ${file.size} bytes; at most 128 KiB are read.`] as const)
      : (['config_not_a_file', `${configPath} is a ${file.type}, not a plain text file.`] as const);
  return toProblem({ path: [], message, code }, { line: 1, column: 1 });
}

/** True when the commit has the version that it would be merged into, or that is on the default branch: then it proposes nothing. */
async function isUnchanged(
  context: Context,
  repository: Repository,
  { validation, file }: { validation: Validation; file: TextFile },
): Promise<Read<boolean>> {
  const blob = file.kind === 'file' ? file.sha : null;
  const isKnown = repository.configStatus === 'ok' || repository.configStatus === 'invalid' || repository.configStatus === 'absent';
  if (isKnown && !validation.onDefaultBranch && file.kind !== 'too_large' && blob === repository.configBlobSha)
    return { ok: true, value: true };
  if (validation.baseSha === null) return { ok: true, value: false };
  const base = await context.reader.as('actions').readTextFile(placeOf(repository), configPath, validation.baseSha);
  if (base.ok) return { ok: true, value: base.value.kind === file.kind && (base.value.kind !== 'file' || base.value.sha === blob) };
  // The base was thrown away by a forced push: nothing to compare with.
  return base.code === 'github_not_found' ? { ok: true, value: false } : base;
}

function judgeText(context: Context, repository: Repository, file: { sha: string; text: string }): Judged {
  const parsed = parseConfig(file.text, {
    kinds: context.actions.list(),
    path: configPath,
    organization: repository.isOrganizationFile,
    maxProblems,
  });
  const problems = parsed.status === 'invalid' ? parsed.problems : [];
  const config = parsed.status === 'ok' ? parsed.config : undefined;
  return { result: 'verdict', verdict: toVerdict({ file, config, problems: [...problems, ...parsed.warnings] }) };
}

async function judgeWhole(
  context: Context,
  repository: Repository,
  { file, validation }: { file: { sha: string; text: string }; validation: Validation },
): Promise<Judged> {
  const judged = await judgeConfigText(context, repository, { text: file.text, maxProblems });
  if (judged.result === 'unread') return { result: 'unread', failure: judged.failure };
  const { problems, warnings, config, extended } = judged;
  const unknown = config ? await listUnknownSecrets(context, repository, { config, text: file.text }) : [];
  const verdict = toVerdict({ file, config, problems: [...problems, ...warnings, ...unknown] });
  if (!config || validation.onDefaultBranch) return { result: 'verdict', verdict };
  const extendsConfigId = extended?.result === 'resolved' ? extended.target.configId : null;
  return { result: 'verdict', verdict: { ...verdict, preview: await previewConfig(context, repository, { config, extendsConfigId }) } };
}

function toVerdict(found: { file: { sha: string }; config: Config | undefined; problems: Problem[] }): Verdict {
  const { file, config, problems } = found;
  const sorted = problems.toSorted((one, other) => one.line - other.line || one.column - other.column);
  const watches = config ? compileConfig(config).watches.length : 0;
  return { conclusion: config ? 'success' : 'failure', blobSha: file.sha, problems: sorted, watches, preview: null };
}

/** Names of secrets that nobody has set: a run would fail for want of them. Only names are looked up, never a value. */
async function listUnknownSecrets(
  context: Context,
  repository: Repository,
  { config, text }: { config: Config; text: string },
): Promise<Problem[]> {
  const names = [...new Set(compileConfig(config).watches.flatMap((watch) => watch.secretNames))];
  if (names.length === 0) return [];
  const owner = { installationId: repository.installationId, repositoryId: repository.id };
  const known = await context.secrets.describe(owner, names);
  const lines = text.split('\n');
  return names
    .filter((name) => !known.has(name))
    .map((name) => {
      const pattern = new RegExp(String.raw`\bsecrets\s*(?:\.\s*|\[\s*')${name}\b`);
      const index = lines.findIndex((line) => pattern.test(line));
      const at = index === -1 ? { line: 1, column: 1 } : { line: index + 1, column: lines[index]!.search(pattern) + 1 };
      const message = `The secret \`${name}\` is not set here: a step that needs it fails. Set it in RepoWatch, or correct the name.`;
      return toProblem({ path: [], message, code: 'secret_not_found', severity: 'warning' }, at);
    });
}
