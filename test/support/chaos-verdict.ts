import type { ChaosWorld } from './chaos-world.ts';
import { explainMoves, type RecordedChange } from './explain-moves.ts';

const zero = '0'.repeat(40);

interface ChangeRow extends RecordedChange {
  githubId: string;
  ref: string;
  runs: number;
}

/** Where the mirror and GitHub differ, as `repository ref mirror GitHub`. */
export async function compareMirror(world: ChaosWorld): Promise<string[]> {
  const rows = await world.rows<{ githubId: string; ref: string; sha: string }>(
    `select r.github_id as "githubId", f.sha, case f.kind when 'branch' then 'refs/heads/' else 'refs/tags/' end || f.name as ref
     from refs f join repositories r on r.id = f.repository_id where f.sha is not null`,
  );
  const mirror = new Map(rows.map(({ githubId, ref, sha }) => [`${githubId} ${ref}`, sha]));
  const problems: string[] = [];
  for (const { id, owner, name } of world.playground.places.values()) {
    const real = await world.github.refs(`${owner}/${name}`);
    const refs = new Set([...Object.keys(real), ...rows.filter(({ githubId }) => githubId === String(id)).map(({ ref }) => ref)]);
    for (const ref of refs) {
      const mine = mirror.get(`${id} ${ref}`);
      if (mine !== real[ref]) problems.push(`${owner}/${name} ${ref}: ${mine ?? 'nothing'} instead of ${real[ref] ?? 'nothing'}`);
    }
  }
  return problems;
}

/** Everything about the recorded changes that is not as it was on GitHub. */
export async function judgeChanges(world: ChaosWorld): Promise<string[]> {
  const rows = await world.rows<ChangeRow>(
    `select r.github_id as "githubId", coalesce(c.before, ?) as before, coalesce(c.after, ?) as after, c.observed,
       case f.kind when 'branch' then 'refs/heads/' else 'refs/tags/' end || f.name as ref,
       (select count(*)::int from runs u where u.change_id = c.id) as runs
     from changes c join repositories r on r.id = c.repository_id join refs f on f.id = c.ref_id order by c.id`,
    [zero, zero],
  );
  const problems: string[] = [];
  const open = new Set(rows);
  for (const { id, owner, name, moves } of world.playground.places.values()) {
    for (const [ref, real] of moves) {
      const changes = rows.filter((row) => row.githubId === String(id) && row.ref === ref);
      for (const change of changes) open.delete(change);
      const problem = explainMoves(ref, real, changes);
      if (problem !== undefined) problems.push(`${owner}/${name} ${problem}`);
    }
  }
  for (const { githubId, ref, before, after } of open) problems.push(`invented: ${githubId} ${ref} ${before} ${after}`);
  for (const { githubId, ref, before, after, runs } of rows)
    if (world.playground.places.get(Number(githubId))!.watched !== (runs === 1))
      problems.push(`${runs} runs: ${githubId} ${ref} ${before} ${after}`);
  return problems;
}

/** Deliveries of GitHub's record that are not held once, and held ones that GitHub never recorded. */
export async function judgeDeliveries(world: ChaosWorld): Promise<string[]> {
  const held = await world.rows<{ guid: string; count: number }>('select guid, count(*)::int as count from deliveries group by guid');
  const count = new Map(held.map((row) => [row.guid, row.count]));
  const deliveries = await world.github.deliveries();
  return deliveries.flatMap(({ guid, event, state }) => {
    const expected = state === 'lost' ? 0 : 1;
    return (count.get(guid) ?? 0) === expected ? [] : [`${event} ${guid} (${state}) is held ${count.get(guid) ?? 0} times`];
  });
}
