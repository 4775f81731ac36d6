import { githubPurposes, type GitHubPauseReason, type GitHubPurpose } from '../../core/statuses.ts';
import type { Db } from '../../db/connect.ts';
import { reserveOf, reserves } from '../../github/limits.ts';
import type { Budget } from '../schemas/budget.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';

interface InstallationRow {
  now: Date;
  until: Date | null;
  reason: GitHubPauseReason | null;
  message: string | null;
}

interface LimitRow {
  resource: string;
  quota: string;
  remaining: string;
  resets_at: Date;
  noted_at: Date;
}

interface UsageRow {
  resource: string;
  purpose: GitHubPurpose;
  hour: Date;
  requests: string;
  unchanged: string;
  refused: string;
  total_requests: string;
  total_unchanged: string;
  total_refused: string;
  asked_at: Date;
}

type Counted = 'requests' | 'unchanged' | 'refused' | 'total_requests' | 'total_unchanged' | 'total_refused';

/** The budget of an installation by our id; undefined when there is no such installation. */
export async function findBudget(db: Db, id: string): Promise<Budget | undefined> {
  const [installation] = await queryRows<InstallationRow>(
    db,
    `select now() as now, p.until, p.reason, p.message from installations i left join github_pauses p on p.installation_id = i.id where i.id = :id`,
    { id },
  );
  if (!installation) return undefined;
  const limits = await queryRows<LimitRow>(db, 'select * from github_limits where installation_id = :id order by resource', { id });
  const usage = await queryRows<UsageRow>(db, 'select * from github_usage where installation_id = :id order by resource, purpose', { id });
  const hour = new Date(Math.floor(installation.now.getTime() / 3_600_000) * 3_600_000);
  const current = usage.filter((row) => row.hour.getTime() === hour.getTime());
  const names = [...new Set([...limits, ...usage].map(({ resource }) => resource))].sort();
  const sum = (rows: UsageRow[], column: Counted) => rows.reduce((total, row) => total + Number(row[column]), 0);
  return {
    installation_id: id,
    asked_at: isoTimeOrNull(usage.reduce<Date | null>((last, row) => (last && last > row.asked_at ? last : row.asked_at), null)),
    unlimited: usage.length > 0 && limits.length === 0,
    hour: isoTime(hour),
    reserve: reserves.sweep,
    ...describePause(installation, limits),
    used: byClass((purpose) =>
      sum(
        current.filter((row) => row.purpose === purpose),
        'requests',
      ),
    ),
    not_modified: sum(current, 'unchanged'),
    total: { requests: sum(usage, 'total_requests'), not_modified: sum(usage, 'total_unchanged'), refused: sum(usage, 'total_refused') },
    resources: names.map((resource) => {
      const limit = limits.find((row) => row.resource === resource);
      return describeResource(resource, { limit, usage: current.filter((row) => row.resource === resource), now: installation.now });
    }),
  };
}

function byClass<Value>(read: (purpose: GitHubPurpose) => Value): Record<GitHubPurpose, Value> {
  return Object.fromEntries(githubPurposes.map((purpose) => [purpose, read(purpose)])) as Record<GitHubPurpose, Value>;
}

/** GitHub's wish for a pause, or a limit for REST that is used up. */
function describePause(
  { now, until, reason, message }: InstallationRow,
  limits: LimitRow[],
): Pick<Budget, 'paused_until' | 'pause_reason' | 'pause_message'> {
  if (until !== null && until > now) return { paused_until: isoTime(until), pause_reason: reason, pause_message: message };
  const core = limits.find(({ resource }) => resource === 'core');
  if (!core || Number(core.remaining) > 0 || core.resets_at <= now) return { paused_until: null, pause_reason: null, pause_message: null };
  const pauseMessage = `All ${core.quota} requests of this hour are used.`;
  return { paused_until: isoTime(core.resets_at), pause_reason: 'primary_limit', pause_message: pauseMessage };
}

function describeResource(
  resource: string,
  { limit, usage, now }: { limit: LimitRow | undefined; usage: UsageRow[]; now: Date },
): Budget['resources'][number] {
  const counted = (column: Counted) => byClass((purpose) => Number(usage.find((row) => row.purpose === purpose)?.[column] ?? 0));
  const counts = { used: counted('requests'), not_modified: counted('unchanged'), refused: counted('refused') };
  if (!limit) return { resource, limit: null, remaining: null, reset_at: null, noted_at: null, ...counts, shares: null };
  const quota = Number(limit.quota);
  const isOver = limit.resets_at <= now;
  const remaining = isOver ? quota : Number(limit.remaining);
  return {
    resource,
    limit: quota,
    remaining,
    reset_at: isOver ? null : isoTime(limit.resets_at),
    noted_at: isoTime(limit.noted_at),
    ...counts,
    shares: byClass((purpose) => {
      const reserve = reserveOf(purpose, quota);
      return { reserve, available: Math.max(0, remaining - reserve) };
    }),
  };
}
