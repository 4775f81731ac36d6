import type { FeedbackChannel, ValidationConclusion, ValidationStatus } from '../core/statuses.ts';
import { toStorableJson, toStorableText } from '../core/storable.ts';
import type { Db } from '../db/connect.ts';

/** A commit whose configuration is to be validated, and where it was seen. */
export interface ValidationWish {
  repositoryId: string;
  installationId: string;
  headSha: string;
  /** The branch; of a fork the one over there. Null where GitHub does not say. */
  refName: string | null;
  onDefaultBranch: boolean;
  pullNumber: number | null;
  /** What a pull request would be merged into; null for a push. */
  baseSha: string | null;
  fromFork: boolean;
  /** `unknown` when only the file itself tells whether it was changed. */
  touches: 'yes' | 'unknown';
  pushedAt: Date;
}

/** A validation that waits, or what it came to. */
export interface Validation extends ValidationWish {
  id: string;
  repositoryGithubId: string;
  status: ValidationStatus;
  checkRunId: string | null;
  attempts: number;
  /** How often it was asked for: tells a request that came while the last one was served. */
  requests: number;
}

/**
 * What makes a known commit worth another look: a pull request that shows it (a preview belongs into its check), the same
 * commit in the repository itself after it was only known from a fork, and whatever ended without a result.
 */
const isNews = `(excluded.pull_number is not null and c.pull_number is distinct from excluded.pull_number)
  or (c.from_fork and not excluded.from_fork) or (excluded.on_default_branch and not c.on_default_branch)
  or c.status in ('superseded', 'failed') or (c.status = 'unchanged' and excluded.touches = 'yes')`;

/** Asks for validations, one for each commit, in the caller's transaction. Older commits of the same branch that still wait give way. */
export async function requestValidations(trx: Db, wishes: ValidationWish[]): Promise<void> {
  for (const wish of wishes) {
    const { rows } = await trx.raw<{ rows: { id: string }[] }>(
      `insert into config_validations as c (repository_id, installation_id, head_sha, ref_name, on_default_branch, pull_number, base_sha,
         from_fork, touches, pushed_at, due_at)
       values (:repositoryId, :installationId, :headSha, :refName, :onDefaultBranch, :pullNumber, :baseSha, :fromFork, :touches, :pushedAt, now())
       on conflict (repository_id, head_sha) do update set
         installation_id = excluded.installation_id, ref_name = coalesce(excluded.ref_name, c.ref_name),
         on_default_branch = c.on_default_branch or excluded.on_default_branch,
         pull_number = coalesce(excluded.pull_number, c.pull_number), base_sha = coalesce(excluded.base_sha, c.base_sha),
         from_fork = c.from_fork and excluded.from_fork,
         touches = case when c.touches = 'yes' or excluded.touches = 'yes' then 'yes' else 'unknown' end,
         pushed_at = greatest(c.pushed_at, excluded.pushed_at),
         status = case when ${isNews} then 'waiting' else c.status end,
         due_at = case when ${isNews} then now() else c.due_at end,
         attempts = case when ${isNews} then 0 else c.attempts end,
         requests = case when ${isNews} then c.requests + 1 else c.requests end
       returning id`,
      wish as unknown as Record<string, string>,
    );
    if (!wish.onDefaultBranch) await supersede(trx, rows[0]!.id);
  }
}

/** Commits on the default branch stay in its history, and each keeps its check; elsewhere only the newest counts. */
async function supersede(trx: Db, id: string): Promise<void> {
  await trx.raw(
    `update config_validations v set status = 'superseded', due_at = null, reason = 'a newer commit of ' || coalesce(v.ref_name, 'the pull request') || ' took its place'
     from config_validations n
     where n.id = ? and n.status = 'waiting' and v.repository_id = n.repository_id and v.id <> n.id and v.status = 'waiting'
       and not v.on_default_branch and v.pushed_at <= n.pushed_at and v.from_fork = n.from_fork
       and (v.ref_name = n.ref_name and (not n.from_fork or v.pull_number = n.pull_number))`,
    [id],
  );
}

/** Asks for one more look at a commit that was validated before; false when it is not known. */
export async function repeatValidation(trx: Db, repositoryId: string, headSha: string): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: unknown[] }>(
    `update config_validations set status = 'waiting', due_at = now(), attempts = 0, touches = 'yes', requests = requests + 1
     where repository_id = ? and head_sha = ? returning id`,
    [repositoryId, headSha],
  );
  return rows.length > 0;
}

const columns = `v.id, v.repository_id as "repositoryId", r.github_id as "repositoryGithubId", v.installation_id as "installationId", v.head_sha as "headSha",
  v.ref_name as "refName", v.on_default_branch as "onDefaultBranch", v.pull_number as "pullNumber", v.base_sha as "baseSha",
  v.from_fork as "fromFork", v.touches, v.pushed_at as "pushedAt", v.status, v.check_run_id as "checkRunId", v.attempts, v.requests`;

/** Finds the validation that is due next in an installation, by its id on GitHub. */
export async function findDueValidation(
  db: Db,
  due: { host: string; installationGithubId: string; now: Date },
): Promise<Validation | undefined> {
  const { rows } = await db.raw<{ rows: Validation[] }>(
    `select ${columns} from config_validations v join repositories r on r.id = v.repository_id join installations i on i.id = r.installation_id
     where i.host = ? and i.github_id = ? and v.due_at <= ? order by v.due_at, v.id limit 1`,
    [due.host, due.installationGithubId, due.now],
  );
  return rows[0];
}

/** What a validation said, for people. */
export interface ValidationResult {
  conclusion: ValidationConclusion;
  blobSha: string | null;
  title: string;
  summary: string;
  problems: readonly object[];
  preview: object | null;
}

/** Keeps what a validation came to, before anybody is told. */
export async function recordValidation(db: Db, id: string, result: ValidationResult): Promise<void> {
  await db.raw(
    `update config_validations set conclusion = ?, blob_sha = ?, title = ?, summary = ?, problems = ?, preview = ?, validated_at = now() where id = ?`,
    [
      result.conclusion,
      result.blobSha,
      toStorableText(result.title),
      toStorableText(result.summary),
      toStorableJson(result.problems),
      result.preview === null ? null : toStorableJson(result.preview),
      id,
    ] as string[],
  );
}

/** How a validation ended. */
export interface ValidationEnd {
  status: Exclude<ValidationStatus, 'waiting'>;
  channel?: FeedbackChannel;
  checkRunId?: string;
  code?: string;
  reason?: string;
}

/** Ends a validation, unless it was asked for again meanwhile: then it stays due. */
export async function endValidation(db: Db, validation: Pick<Validation, 'id' | 'requests'>, end: ValidationEnd): Promise<void> {
  await db.raw(
    `update config_validations set status = case when requests = :requests then :status else status end,
       due_at = case when requests = :requests then null else due_at end, attempts = 0,
       channel = coalesce(:channel, channel), check_run_id = coalesce(:checkRunId, check_run_id), code = :code, reason = :reason,
       reported_at = case when cast(:channel as text) in ('check', 'status') then now() else reported_at end
     where id = :id`,
    {
      id: validation.id,
      requests: validation.requests,
      status: end.status,
      channel: end.channel ?? null,
      checkRunId: end.checkRunId ?? null,
      code: end.code ?? null,
      reason: end.reason ?? null,
    } as unknown as Record<string, string>,
  );
}

/** Puts a validation off; one that gave way to a newer commit meanwhile stays ended. */
export async function postponeValidation(
  db: Db,
  id: string,
  later: { at: Date; code: string; reason: string; isTry: boolean },
): Promise<void> {
  await db.raw(
    `update config_validations set due_at = ?, code = ?, reason = ?, attempts = attempts + ? where id = ? and status = 'waiting'`,
    [later.at, later.code, later.reason, later.isTry ? 1 : 0, id],
  );
}

/** Lists installations that have something to tell GitHub: validations and alarms that are due; their GitHub ids. */
export async function listInstallationsToTell(db: Db, now: Date, limit: number): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { github_id: string }[] }>(
    `select distinct i.github_id from installations i join repositories r on r.installation_id = i.id
     where r.id in (select v.repository_id from config_validations v where v.due_at <= :now
       union all select a.repository_id from config_alarms a where a.due_at <= :now) limit :limit`,
    { now, limit } as unknown as Record<string, string>,
  );
  return rows.map((row) => row.github_id);
}
