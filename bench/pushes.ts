import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { webhookSecret } from './lab.ts';

/** A push ready to be sent. */
export interface SignedPush {
  body: Buffer;
  headers: Record<string, string>;
  after: string;
}

/** A branch that moves on with every push that is made for it. */
export interface BenchBranch {
  name: string;
  head: string;
  /** As the stand-in tells it: a push that contradicts what is known of its repository makes RepoWatch ask GitHub. */
  repository: { id: number; owner: string; ownerId: number; name: string; installation: number };
}

interface PushPayload {
  ref: string;
  before: string;
  after: string;
  created: boolean;
  repository: Record<string, unknown> & { owner: Record<string, unknown> };
  installation: { id: number };
  commits: Record<string, unknown>[];
  head_commit: Record<string, unknown>;
}

/** A real push of one commit from GitHub's documentation, about 7.6 KB. */
const example = JSON.stringify(findExample());

function findExample(): unknown {
  const file = createRequire(import.meta.url).resolve('@octokit/webhooks-examples/api.github.com/index.json');
  const events = JSON.parse(readFileSync(file, 'utf8')) as { name: string; examples: PushPayload[] }[];
  const found = events.find((event) => event.name === 'push')?.examples.find((push) => push.commits.length === 1);
  if (!found) throw new Error('The examples of GitHub payloads have no push with one commit any more.');
  return found;
}

const zeroSha = '0'.repeat(40);

/** A branch that does not exist yet. */
export function createBranch(name: string, repository: BenchBranch['repository']): BenchBranch {
  return { name, head: zeroSha, repository };
}

/** The next push of a branch, signed, with a GUID of its own. */
export function nextPush(branch: BenchBranch): SignedPush {
  const payload = JSON.parse(example) as PushPayload;
  const { id, owner, ownerId, name, installation } = branch.repository;
  const after = randomBytes(20).toString('hex');
  payload.ref = `refs/heads/${branch.name}`;
  payload.before = branch.head;
  payload.after = after;
  payload.created = branch.head === zeroSha;
  Object.assign(payload.repository, {
    id,
    name,
    full_name: `${owner}/${name}`,
    default_branch: 'main',
    master_branch: 'main',
    private: true,
    archived: false,
    disabled: false,
  });
  payload.repository['pushed_at'] = Math.floor(Date.now() / 1000);
  Object.assign(payload.repository.owner, { id: ownerId, login: owner, name: owner });
  payload.installation.id = installation;
  for (const commit of [...payload.commits, payload.head_commit]) commit['id'] = after;
  branch.head = after;
  return { ...sign(Buffer.from(JSON.stringify(payload))), after };
}

/** The same push again, as another delivery. */
export function redeliver(push: SignedPush): SignedPush {
  return { ...push, headers: { ...push.headers, 'x-github-delivery': randomUUID() } };
}

function sign(body: Buffer): { body: Buffer; headers: Record<string, string> } {
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/0000000',
      'x-github-event': 'push',
      'x-github-delivery': randomUUID(),
      'x-github-hook-id': '42',
      'x-github-hook-installation-target-id': '4242',
      'x-github-hook-installation-target-type': 'integration',
      'x-hub-signature-256': `sha256=${createHmac('sha256', webhookSecret).update(body).digest('hex')}`,
    },
  };
}
