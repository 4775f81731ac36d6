import { explainInstallation, installationStatusSql, standingSql, type InstallationStatus } from '../../mirror/installation-status.ts';
import { isFrozen } from '../../vault/frozen-secrets.ts';
import type { AttentionKind } from '../schemas/attention.ts';
import { repositoryOwner, rowText, type AttentionQuestion, type AttentionSource } from './attention-source.ts';
import { deliverySource, runSources } from './attention-runs.ts';
import { visibleInstallations, visibleTo } from './visible-to.ts';

/** Everything that is looked at, one statement each. */
export const attentionSources: readonly ((question: AttentionQuestion) => AttentionSource)[] = [
  ...runSources,
  deliverySource,
  configs,
  installations,
  destinations,
  frozenSecrets,
  breakers,
  missingSecrets,
];

const plural = (count: number, noun: string): string => `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

const ofRepository = { installation: 'r.installation_id', repository: 'r.id' };
const isServed = 'r.removed_at is null and r.enabled and not r.archived and i.deleted_at is null';

function configs({ requester }: AttentionQuestion): AttentionSource {
  const seen = visibleTo(requester, ofRepository);
  return {
    sql: `select coalesce(m.broken_since, r.config_checked_at) as since, jsonb_array_length(r.config_problems) as count,
        r.config_problems -> 0 ->> 'message' as problem, r.config_problems -> 0 ->> 'line' as line, f.login, f.installation_id, f.repository_id, f.full_name
      from repositories r left join config_alarms m on m.repository_id = r.id
        cross join lateral (select i.id as installation_id, a.login, r.id as repository_id, r.full_name from installations i join accounts a on a.id = i.account_id
          where i.id = r.installation_id and ${isServed}) f
      where r.config_status = 'invalid' and r.removed_at is null and ${seen.sql} order by r.id desc limit 20`,
    values: seen.values,
    item: ({ full_name: name, problem, line }) => ({
      kind: 'config_invalid',
      title: `The configuration of ${name} has errors`,
      detail: `${line === null ? '' : `Line ${rowText(line)}: `}${rowText(problem) || 'The file cannot be read.'} What was in force before stays in force.`,
    }),
  };
}

const installationKinds: Partial<Record<InstallationStatus, { kind: AttentionKind; title: (login: string) => string }>> = {
  errored: { kind: 'installation_errored', title: (login) => `The repositories of ${login} could not be listed` },
  blocked_by_ip_allow_list: { kind: 'installation_refused', title: (login) => `${login} does not let this server in` },
  suspended: { kind: 'installation_suspended', title: (login) => `The installation on ${login} is suspended` },
  permissions_pending: { kind: 'permissions_pending', title: (login) => `${login} has not approved new permissions` },
  unmatched_user: { kind: 'installation_unmatched', title: (login) => `Nobody here is known to have installed the App on ${login}` },
};

function installations({ requester }: AttentionQuestion): AttentionSource {
  const seen = visibleInstallations(requester);
  return {
    sql: `select x.* from (
        select i.id as installation_id, i.host, i.github_id, i.html_url, i.app_slug, i.sender_login, i.requester_login, i.pending_permissions, i.refusal_message,
          i.list_error, a.login, a.type as account_type, null::bigint as repository_id, null as full_name, 1 as count, ${installationStatusSql} as status,
          case when s.suspended then i.suspended_at when s.refused then i.refused_at when s.state = 'errored' then coalesce(i.list_started_at, i.updated_at)
            else coalesce(i.installed_at, i.created_at) end as since
        from installations i join accounts a on a.id = i.account_id cross join lateral (select ${standingSql}) s
        where i.deleted_at is null and i.enabled and ${seen.sql} order by i.id desc limit 200
      ) x where x.status = any(:statuses) order by array_position(:statuses, x.status), x.installation_id desc limit 20`,
    values: { ...seen.values, statuses: Object.keys(installationKinds) },
    item: (row) => {
      const login = row.login ?? '';
      const status = row['status'] as InstallationStatus;
      const { kind, title } = installationKinds[status]!;
      const { reason } = explainInstallation(status, {
        host: rowText(row['host']),
        githubId: rowText(row['github_id']),
        login,
        accountType: rowText(row['account_type']),
        appSlug: row['app_slug'] as string | null,
        htmlUrl: row['html_url'] as string | null,
        sender: row['sender_login'] as string | null,
        requester: row['requester_login'] as string | null,
        pending: row['pending_permissions'] as string[],
        refusalMessage: row['refusal_message'] as string | null,
        listError: row['list_error'] as string | null,
      });
      return { kind, title: title(login), detail: reason };
    },
  };
}

function destinations({ requester }: AttentionQuestion): AttentionSource {
  const seen = visibleTo(requester, { installation: 'd.installation_id' });
  return {
    sql: `select d.id, d.installation_id, a.login, null::bigint as repository_id, null as full_name, d.state, d.state_since as since, d.consecutive_failures as failures, d.message,
        case when d.endpoint = '' then d.origin else d.origin || '/…' end as address, (select count(*)::int from (select 1 from held_runs h join runs n on n.id = h.run_id
          where h.destination_id = d.id and n.status = 'waiting' and n.code = 'destination_resting' limit 1000) w) as count
      from destinations d join installations i on i.id = d.installation_id join accounts a on a.id = i.account_id
      where d.state in ('disabled', 'resting', 'probing') and i.deleted_at is null and ${seen.sql} order by d.state = 'disabled' desc, d.id desc limit 20`,
    values: seen.values,
    item: (row) => {
      const isOff = row['state'] === 'disabled';
      const waiting =
        row.count === 0 ? 'No run waits for it.' : `${plural(row.count, 'run')} ${row.count === 1 ? 'waits' : 'wait'} for it.`;
      const failed = `${plural(Number(row['failures']), 'attempt')} in a row failed${rowText(row['message']) === '' ? '.' : `, last: ${rowText(row['message'])}`}`;
      return {
        kind: isOff ? 'destination_disabled' : 'destination_resting',
        title: `${rowText(row['address'])} ${isOff ? 'is switched off' : 'rests, because it did not take what was sent'}`,
        detail: `${failed} ${waiting} ${isOff ? 'It stays off until somebody switches it on again.' : 'It is tried again by itself.'}`,
        target: { destination: rowText(row['id']) },
      };
    },
  };
}

function frozenSecrets({ requester }: AttentionQuestion): AttentionSource {
  const seen = visibleTo(requester, ofRepository);
  return {
    sql: `select x.count, x.since, ${repositoryOwner} join (
        select s.repository_id, count(*)::int as count, max(s.updated_at) as since from secrets s join repositories r on r.id = s.repository_id
          join installations i on i.id = r.installation_id
        where ${isFrozen('i.account_id')} and ${isServed} and ${seen.sql} group by 1 order by 1 desc limit 20
      ) x on x.repository_id = r.id`,
    values: seen.values,
    item: ({ full_name: name, login, count }) => ({
      kind: 'secrets_frozen',
      title: `${plural(count, 'secret')} of ${name} ${count === 1 ? 'waits' : 'wait'} for ${login}`,
      detail:
        'They were set for the former owner of the repository, so nothing uses them. Whoever manages it confirms that the new owner may have them, or sets them again.',
    }),
  };
}

function breakers({ requester, loopWindowMs, now }: AttentionQuestion): AttentionSource {
  const seen = visibleTo(requester, ofRepository);
  return {
    sql: `select k.id, k.stopped as count, k.tripped_at as since, k.loop_key, w.key as watch, ${repositoryOwner}
        join loop_breakers k on k.repository_id = r.id join watches w on w.id = k.watch_id
      where k.last_at > :since and (k.reset_at is null or k.reset_at < k.last_at) and ${isServed} and ${seen.sql} order by k.id desc limit 20`,
    values: { ...seen.values, since: new Date(now.getTime() - loopWindowMs) },
    item: (row) => ({
      kind: 'loop_stopped',
      title: `${rowText(row['watch'])} in ${row.full_name} seems to answer its own effects and was stopped`,
      detail: `${plural(row.count, 'run')} ${row.count === 1 ? 'was' : 'were'} not made. Change what it listens to, or let it run again.`,
      target: { breaker: rowText(row['id']), watch: rowText(row['watch']) },
    }),
  };
}

/** Configurations in which names are looked for: those that were read last. */
const sievedConfigs = 300;

/**
 * Names that stand in an expression of a repository's file in force, and that no secret has which it could reach. One of a watch or of a project counts
 * for all repositories of its installation: better to say nothing than something wrong. Only whether it is missing is told, never what there is.
 */
function missingSecrets({ requester }: AttentionQuestion): AttentionSource {
  const seen = visibleTo(requester, ofRepository);
  return {
    sql: `select x.name, x.since, 1 as count, ${repositoryOwner} join (
        select distinct f.id, f.since, upper(m.found[1]) as name from (
          select r.id, g.created_at as since, g.content from repositories r join installations i on i.id = r.installation_id join configs g on g.id = r.config_id
          where ${isServed} and ${seen.sql} order by r.config_checked_at desc nulls last limit ${sievedConfigs}
        ) f cross join lateral regexp_matches(regexp_replace(f.content, '(^|\\s)#[^\\n]*', '', 'g'), '\\$\\{\\{[^}]*\\msecrets\\.([A-Za-z_][A-Za-z0-9_]*)', 'g') m (found)
        where f.content like '%secrets.%'
      ) x on x.id = r.id
      where not exists (select 1 from secrets s where upper(s.name) = x.name
        and (s.scope = 'global' or s.repository_id = r.id or (s.installation_id = r.installation_id and s.repository_id is null)))
      order by x.since desc limit 20`,
    values: seen.values,
    item: (row) => ({
      kind: 'secret_missing',
      title: `${row.full_name} names the secret ${rowText(row['name'])}, which is not there`,
      detail: 'What uses it fails until the secret is set, or the configuration no longer names it.',
      target: { secret: rowText(row['name']) },
    }),
  };
}
