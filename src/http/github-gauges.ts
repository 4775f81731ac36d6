import { Counter, Gauge, type Registry } from 'prom-client';
import type { Db } from '../db/connect.ts';
import { queryRows } from './read/rows.ts';

/** As many limits as are shown, those with the least left first: a scrape stays small with a thousand installations. */
const shownLimits = 100;

interface LimitRow {
  installation: string;
  resource: string;
  remaining: string;
  quota: string;
}

const limitsSql = `
  select i.github_id as installation, l.resource, l.quota, case when l.resets_at <= now() then l.quota else l.remaining end as remaining
  from github_limits l join installations i on i.id = l.installation_id
  where i.deleted_at is null
  order by (case when l.resets_at <= now() then l.quota else l.remaining end)::float8 / greatest(l.quota, 1), l.installation_id, l.resource
  limit ${shownLimits}`;

interface UsageRow {
  purpose: string;
  resource: string;
  requests: string;
  unchanged: string;
  refused: string;
}

const usageSql = `
  select u.purpose, u.resource, sum(u.total_requests) as requests, sum(u.total_unchanged) as unchanged, sum(u.total_refused) as refused
  from github_usage u group by u.purpose, u.resource order by u.purpose, u.resource`;

/** Adds what is left of GitHub's limits, and the requests of all processes by class, read from the database when somebody scrapes. */
export function addGitHubGauges(metrics: Registry, db: Db): void {
  const limits = (name: string, help: string, read: (row: LimitRow) => number): void => {
    if (metrics.getSingleMetric(name) !== undefined) return;
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: ['installation', 'resource'],
      registers: [metrics],
      async collect() {
        const rows = await queryRows<LimitRow>(db, limitsSql);
        gauge.reset();
        for (const row of rows) gauge.set({ installation: row.installation, resource: row.resource }, read(row));
      },
    });
  };
  limits('repowatch_github_rate_limit_remaining', `Requests left in the hour, of the ${shownLimits} limits with the least left`, (row) =>
    Number(row.remaining),
  );
  limits('repowatch_github_rate_limit', 'Requests an hour that GitHub allows, of the same limits', (row) => Number(row.quota));
  const requestsName = 'repowatch_github_requests_total';
  if (metrics.getSingleMetric(requestsName) !== undefined) return;
  const requests: Counter = new Counter({
    name: requestsName,
    help: 'Requests to GitHub in the name of installations, by class and limit: charged, not_modified (free), refused (put off, not sent)',
    labelNames: ['class', 'resource', 'outcome'],
    registers: [metrics],
    async collect() {
      const rows = await queryRows<UsageRow>(db, usageSql);
      requests.reset();
      for (const { purpose, resource, ...row } of rows) {
        requests.inc({ class: purpose, resource, outcome: 'charged' }, Number(row.requests));
        requests.inc({ class: purpose, resource, outcome: 'not_modified' }, Number(row.unchanged));
        requests.inc({ class: purpose, resource, outcome: 'refused' }, Number(row.refused));
      }
    },
  });
}
