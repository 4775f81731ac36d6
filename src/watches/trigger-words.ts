import { compatibilityNames } from '../changes/compatibility-names.ts';
import { formatPath, valueAt, type Finding } from './problems.ts';
import { triggerNames, triggers, type TriggerName } from './triggers.ts';

/** The events of older systems, and what is written under `on` instead. */
export const olderNames: Readonly<Record<string, string>> = {
  COMMIT: 'push',
  BRANCH_CREATED: 'branch: { types: [created] }',
  BRANCH_DELETED: 'branch: { types: [deleted] }',
  BRANCH_HASH_UPDATED: 'branch: { types: [updated] }',
  BRANCH_UPDATED: 'branch: { types: [updated] }',
  BRANCH_JOINED: 'presence: { types: [joined] }',
  BRANCH_LEFT: 'presence: { types: [left] }',
  TAG_CREATED: 'tag: { types: [created] }',
  TAG_DELETED: 'tag: { types: [deleted] }',
  PROJECT_DELETED: 'project_deleted',
  ALL: 'all',
};

/** What people know from GitHub's workflow files, and what it is here. */
const workflowWords: Readonly<Record<string, string>> = {
  create: 'branch: { types: [created] }` or `tag: { types: [created] }',
  delete: 'branch: { types: [deleted] }` or `tag: { types: [deleted] }',
  workflow_dispatch: 'manual',
  repository_dispatch: 'manual',
  dispatch: 'manual',
  cron: 'schedule: [{ cron: "0 6 * * *" }]',
  pull_request_target: 'pull_request',
  pull_requests: 'pull_request',
  pr: 'pull_request',
  issue: 'issues',
  comment: 'issue_comment',
  comments: 'issue_comment',
  releases: 'release',
  branches: 'branch',
  tags: 'tag',
  commit: 'push',
  members: 'member',
  collaborator: 'member',
  repo: 'repository',
  '*': 'all',
};

/** What an activity of GitHub's is called here, by trigger. */
const workflowTypes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  release: { created: 'published', released: 'published', prereleased: 'published' },
  issue_comment: { opened: 'created' },
  pull_request: { created: 'opened', synchronized: 'synchronize', review_request: 'review_requested' },
  issues: { created: 'opened' },
};

/** Explains a word under `on` that is none of ours. */
export function explainTriggerWord(word: string): string | undefined {
  if (word === 'schedule') return 'needs its times: write `schedule: [{ cron: "0 6 * * *" }]` below `on:`';
  const older = olderNames[word];
  if (older !== undefined) return `is \`${word}\`, the name of an event in an older system. Write \`${older}\``;
  const known = Object.hasOwn(workflowWords, word.toLowerCase()) ? workflowWords[word.toLowerCase()] : undefined;
  if (known !== undefined) return `is \`${word}\`, which is no trigger here. Write \`${known}\``;
  const [meant] = compatibilityNames.get(word)?.types ?? [];
  if (meant !== undefined && meant !== word) return `is \`${word}\`, the name of an event in an older system. ${writeType(meant)}`;
  return triggerNames.some((name) => name !== 'all' && triggers[name].allTypes.includes(word))
    ? `is \`${word}\`, the type of a change. ${writeType(word)}`
    : undefined;
}

function writeType(type: string): string {
  const owner = triggerNames.find((name) => triggers[name].allTypes.includes(type));
  return `Write \`${owner === undefined ? 'all' : spellType(owner, type)}\``;
}

/** `pull_request.merged` as it is written in the file. */
function spellType(name: TriggerName, type: string): string {
  const short = name === 'repowatch' ? type : type.slice(type.indexOf('.') + 1);
  if (name === 'push') return `branch: { types: [${short}] }`;
  return name === 'project_deleted' || !triggers[name].bare ? name : `${name}: { types: [${short}] }`;
}

/** Says more about findings under `on` than the schema can. */
export function explainTriggers(findings: readonly Finding[], file: unknown): Finding[] {
  return findings.map((finding) => {
    const { path, code } = finding;
    const [, , key, name, list] = path;
    if (key !== 'on') return finding;
    const value = valueAt(file, path);
    if (path.length <= 4) {
      const word = code === 'config_key_unknown' ? String(name) : code === 'config_value_invalid' ? value : undefined;
      const explained = typeof word === 'string' ? explainTriggerWord(word) : undefined;
      return explained === undefined ? finding : { ...finding, message: `\`${formatPath(path)}\` ${explained}.` };
    }
    const known = list === 'types' && typeof value === 'string' ? workflowTypes[String(name)]?.[value] : undefined;
    return known === undefined
      ? finding
      : { ...finding, message: `\`${formatPath(path)}\` is \`${String(value)}\`, which is called \`${known}\` here. Write \`${known}\`.` };
  });
}
