import { createWorkingCopy } from '../../src/stand-in/git-client.ts';
import { quiet } from './story.ts';
import type { ApiObject, TestApp } from './test-app.ts';

/** A change with what it carries. */
interface Detail extends ApiObject {
  data: {
    forced: boolean;
    commits: { id: string; message: string; added: string[]; modified: string[] }[];
    head_commit: { id: string; message: string } | null;
    commit_count: number;
    truncated: boolean;
    commits_unknown: boolean;
    compare_url: string | null;
    files?: { added: string[]; modified: string[]; removed: string[] } | null;
    activity_type?: string;
  };
  actor: { login: string } | null;
  origin: string;
  happened_at: string;
  considered: { matched: boolean; clause: string | null; reason: string | null }[];
  runs: ApiObject[];
}

/** The changes of a repository that comparing found, oldest first, with everything that is known of them. */
export async function readFound(world: TestApp, fullName: string): Promise<Detail[]> {
  const changes = await world.list(`/api/changes?repository=${fullName}&origin=reconcile&limit=100`);
  return await Promise.all(changes.toReversed().map((change) => world.api<Detail>(`/api/changes/${String(change['id'])}`)));
}

/** Does something on GitHub that no webhook tells of. */
export async function unheard(world: TestApp, work: () => Promise<void>): Promise<void> {
  await world.github!.setWebhooks('off');
  await work();
  await world.github!.setWebhooks('on');
}

/** Sends what got lost to the App after all, under its own GUID. */
export async function deliverLost(world: TestApp, repo: string, order: 'as sent' | 'backwards' = 'as sent'): Promise<void> {
  const lost = (await world.github!.deliveries({ repo, event: 'push' })).filter(({ state }) => state === 'lost');
  for (const { guid } of order === 'as sent' ? lost : lost.toReversed()) await world.github!.redeliver(guid);
  await quiet(world);
}

/** One push of so many commits, made by one process. */
export async function pushMany(world: TestApp, fullName: string, count: number): Promise<void> {
  const copy = await createWorkingCopy({ url: `${world.github!.url}/${fullName}.git`, directory: `${world.directory}/many` });
  const commitOf = [
    'echo commit refs/heads/main',
    'echo "committer Mona <mona@example.com> 1767225600 +0000"',
    'echo "data <<END"; echo "Commit $i"; echo END',
    'if [ $i = 1 ]; then echo "from refs/heads/main^0"; fi',
  ].join('; ');
  const alias = `!f() { for i in $(seq 1 ${count}); do ${commitOf}; done | git fast-import --quiet; }; f`;
  await copy.run('-c', `alias.many=${alias}`, 'many');
  await copy.push();
}
