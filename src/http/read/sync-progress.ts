import { count } from '../../core/count.ts';
import type { Db } from '../../db/connect.ts';
import type { InstallationSync, RepositorySync } from '../schemas/sync.ts';
import type { Installation } from '../schemas/installation.ts';
import type { Repository } from '../schemas/repository.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';
import { describeSync, type SyncFact } from './sync-steps.ts';

interface JobRow {
  id: string;
  status: string;
  done: number;
  failed: number;
  total: number;
  requested_by: string;
  created_at: Date;
}

function jobOf(row: JobRow | undefined): RepositorySync['job'] {
  return row === undefined ? null : { ...row, created_at: isoTime(row.created_at) };
}

const jobColumns = 'j.id, j.status, j.done, j.failed, j.total, j.requested_by, j.created_at';

/** Why nothing is asked about an installation; null while it is. */
function pausedInstallation({ account: { login }, active, status, enabled }: Installation): string | null {
  if (active) return null;
  if (status === 'deleted') return `The App was uninstalled from ${login}. What is known stays as it is.`;
  if (status === 'not_allowed') return `${login} is not in ALLOWED_ACCOUNTS: nothing is asked of GitHub.`;
  if (!enabled && status !== 'suspended') return `The installation on ${login} is switched off here: nothing is asked of GitHub.`;
  return `The installation on ${login} is suspended on GitHub: nothing can be asked.`;
}

function pausedRepository(repository: Repository, installation: Installation): string | null {
  const { full_name: name, status, enabled } = repository;
  if (status === 'removed') return `${name} does not belong to the installation any more. What is known stays as it is.`;
  if (!enabled) return `${name} is disconnected: nothing is asked of GitHub until somebody connects it again.`;
  if (status === 'archived') return `${name} is archived on GitHub, so nothing changes in it.`;
  if (status === 'disabled') return `GitHub has disabled ${name}.`;
  return pausedInstallation(installation);
}

interface RepositoryFacts {
  branches: number;
  tags: number;
  watches: number;
  config_error: string | null;
  config_due_at: Date | null;
}

function configFact({ config_status: status, full_name: name }: Repository, { watches, config_error: error }: RepositoryFacts): SyncFact {
  const done = {
    ok: `The file is valid: ${count(watches, 'watch', 'watches')} in force`,
    invalid: 'The file has errors; what was in force before stays',
    absent: watches === 0 ? 'There is no file yet' : `There is no file; ${count(watches, 'watch', 'watches')} from elsewhere in force`,
  };
  return {
    name: 'config',
    title: 'Read .github/repowatch.yml',
    done: status !== 'unknown' && status !== 'load_error',
    error: status === 'load_error' ? (error ?? `.github/repowatch.yml of ${name} could not be loaded.`) : null,
    text: {
      done: status === 'unknown' || status === 'load_error' ? '' : done[status],
      active: 'Reading the file',
      waiting: 'The file is read next',
    },
  };
}

function refsFact(repository: Repository, { branches, tags }: RepositoryFacts): SyncFact {
  return {
    name: 'refs',
    title: 'Read branches and tags',
    done: repository.baseline_at !== null,
    error: repository.reconcile.error,
    text: {
      done: `${count(branches, 'branch', 'branches')} and ${count(tags, 'tag')} known`,
      active: 'Reading branches and tags',
      waiting: 'Branches and tags are read next',
    },
  };
}

function compareFact(repository: Repository, job: JobRow | undefined, paused: string | null): SyncFact {
  return {
    name: 'compare',
    title: 'Compare with GitHub',
    done: repository.baseline_at !== null && job === undefined,
    text: {
      done: paused === null ? 'Nothing is missing: the same as on GitHub' : 'It was the same as on GitHub when that was asked last',
      active: job === undefined ? 'Comparing with GitHub' : `Comparing with GitHub, as ${job.requested_by} asked for`,
      waiting: 'Compared at the end',
    },
  };
}

/** How far what GitHub has of a repository was taken over, step by step (features R030, R140). */
export async function readRepositorySync(db: Db, repository: Repository, installation: Installation): Promise<RepositorySync> {
  const { id, full_name: name } = repository;
  const [[facts], [job]] = await Promise.all([
    queryRows<RepositoryFacts>(
      db,
      `select (select count(*)::int from refs f where f.repository_id = r.id and f.deleted_at is null and f.kind = 'branch') as branches,
         (select count(*)::int from refs f where f.repository_id = r.id and f.deleted_at is null and f.kind = 'tag') as tags,
         (select count(*)::int from watches w where w.repository_id = r.id and w.removed_at is null) as watches,
         r.config_problems->0->>'message' as config_error, r.config_due_at from repositories r where r.id = :id`,
      { id },
    ),
    queryRows<JobRow>(
      db,
      `select ${jobColumns} from job_items t join jobs j on j.id = t.job_id
       where t.repository_id = :id and t.status = 'open' and j.finished_at is null order by j.id desc limit 1`,
      { id },
    ),
  ]);
  const known = facts ?? { branches: 0, tags: 0, watches: 0, config_error: null, config_due_at: null };
  const listed: SyncFact = {
    name: 'listed',
    title: 'Find it on GitHub',
    done: true,
    text: { done: `GitHub shows it to the installation on ${installation.account.login}`, active: '', waiting: '' },
  };
  const paused = pausedRepository(repository, installation);
  const steps = [listed, configFact(repository, known), refsFact(repository, known), compareFact(repository, job, paused)];
  const progress = describeSync(steps, {
    paused,
    synced: `${name} is synced: ${count(known.branches, 'branch', 'branches')}, ${count(known.tags, 'tag')}, ${count(known.watches, 'watch', 'watches')}.`,
  });
  const retryAt = repository.reconcile.error !== null ? repository.reconcile.due_at : isoTimeOrNull(known.config_due_at);
  return {
    ...progress,
    error: progress.state === 'errored' ? { message: progress.text, retry_at: retryAt } : null,
    job: jobOf(job),
    counts: { branches: known.branches, tags: known.tags, watches: known.watches },
    updated_at: repository.last_synced_at,
  };
}

interface InstallationFacts {
  repositories: number;
  configs: number;
  refs: number;
  failed: number;
  listed: number;
  expected: number;
}

function listingFact({ state, listed_at: listedAt, list_error: error }: Installation, facts: InstallationFacts): SyncFact {
  const counted = facts.expected > 0 ? `: ${facts.listed} of ${facts.expected}` : '';
  return {
    name: 'listing',
    title: 'List its repositories',
    done: listedAt !== null,
    error: state === 'errored' ? (error ?? 'GitHub did not list the repositories.') : null,
    part: facts.expected > 0 ? facts.listed / facts.expected : 0,
    text: {
      done: `${count(facts.repositories, 'repository', 'repositories')} to watch`,
      active: `Listing the repositories${counted}`,
      waiting: 'Its repositories are listed next',
    },
  };
}

function eachFact(
  words: { name: string; title: string; verb: string },
  done: number,
  { repositories: of, failed }: InstallationFacts,
): SyncFact {
  const isOver = done >= of;
  const failedNote = failed === 0 ? '' : `; ${failed} failed and are tried again`;
  return {
    name: words.name,
    title: words.title,
    done: isOver || (failed > 0 && done + failed >= of),
    part: of === 0 ? 0 : done / of,
    text: {
      done: `${done} of ${of} read${isOver ? '' : failedNote}`,
      active: `${words.verb}: ${done} of ${count(of, 'repository', 'repositories')}${failedNote}`,
      waiting: 'Waits for the list of repositories',
    },
  };
}

/** How far the repositories of an installation were taken over, step by step (feature R140). */
export async function readInstallationSync(db: Db, installation: Installation): Promise<InstallationSync> {
  const { id, account } = installation;
  const [[facts], [job]] = await Promise.all([
    queryRows<InstallationFacts>(
      db,
      `select n.*, coalesce(p.listed, 0)::int as listed, coalesce(p.expected, 0)::int as expected from (
         select count(*)::int as repositories, count(*) filter (where r.config_status not in ('unknown', 'load_error'))::int as configs,
           count(*) filter (where r.baseline_at is not null)::int as refs,
           count(*) filter (where r.reconcile_error is not null or r.config_status = 'load_error')::int as failed
         from repositories r
         where r.installation_id = :id and r.removed_at is null and r.enabled and not r.archived and not r.disabled) n
       left join lateral (select sum(cardinality(g.github_ids)) as listed, max(g.total) as expected from sweep_pages g
         join sweeps s on s.installation_id = g.installation_id and s.listing_started_at = g.listing_started_at
         where g.installation_id = :id) p on true`,
      { id },
    ),
    queryRows<JobRow>(
      db,
      `select ${jobColumns} from jobs j where j.installation_id = :id and j.kind in ('reconcile', 'listing') and j.finished_at is null
       order by j.id desc limit 1`,
      { id },
    ),
  ]);
  const known = facts ?? { repositories: 0, configs: 0, refs: 0, failed: 0, listed: 0, expected: 0 };
  const asked: SyncFact = {
    name: 'asked',
    title: 'Ask GitHub what it is',
    done: installation.list_started_at !== null || installation.listed_at !== null || installation.list_error !== null,
    text: { done: `Installed on ${account.login}`, active: 'Asking GitHub what the installation is', waiting: '' },
  };
  const listing = listingFact(installation, known);
  const isListed = listing.done;
  const configs = eachFact({ name: 'config', title: 'Read their files', verb: 'Reading .github/repowatch.yml' }, known.configs, known);
  const refs = eachFact({ name: 'refs', title: 'Read branches and tags', verb: 'Reading branches and tags' }, known.refs, known);
  const steps = [asked, listing, { ...configs, done: isListed && configs.done }, { ...refs, done: isListed && refs.done }];
  const progress = describeSync(steps, {
    paused: pausedInstallation(installation),
    synced: `${count(known.repositories, 'repository is', 'repositories are')} listed and read.`,
  });
  return {
    ...progress,
    error: progress.state === 'errored' ? { message: progress.text, retry_at: installation.list_due_at } : null,
    job: jobOf(job),
    counts: { repositories: known.repositories, configs: known.configs, refs: known.refs, failed: known.failed },
    updated_at: installation.listed_at,
  };
}
