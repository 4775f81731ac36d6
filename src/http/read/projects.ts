import type { CheckResult } from '../../core/statuses.ts';
import type { Db } from '../../db/connect.ts';
import { followsSql } from '../../db/follows.ts';
import { mayDo } from '../../people/may-do.ts';
import type { Requester } from '../../people/requester.ts';
import type { ProjectAction } from '../../projects/actions.ts';
import { actionKey } from '../../watches/project-gate.ts';
import type { Page } from '../paging.ts';
import type { ProjectCheck, ProjectItem, ProjectLog, ProjectLogQuery, ProjectQuery, ProjectRun } from '../schemas/project.ts';
import type { ActionItem } from '../schemas/project-action.ts';
import { checkItem, type CheckRow } from './checks.ts';
import { PageQuery } from './page-query.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';
import { visibleTo, type Condition } from './visible-to.ts';

interface ProjectRow {
  id: string;
  installation_id: string;
  name: string;
  enabled: boolean;
  branches: string[];
  check_interval: number;
  follow: ProjectItem['follow'];
  linked: boolean;
  repository_count: number;
  repositories: ProjectItem['repositories'] | null;
  actions: (Omit<ProjectAction, 'createdAt' | 'updatedAt'> & { createdAt: string; updatedAt: string })[] | null;
  last_check_at: Date | null;
  next_check_at: Date | null;
  last_check: (Omit<ProjectCheck, 'checked_at'> & { checked_at: string }) | null;
  last_run: (Omit<ProjectRun, 'created_at'> & { created_at: string }) | null;
  version: number;
  created_by: string;
  created_at: Date;
  updated_at: Date;
}

/** Repositories `r` of a project `p` that the requester sees: by GitHub's word, or because the project names them. */
export function visibleFollowed(requester: Requester): Condition {
  const seen = visibleTo(requester, { installation: 'r.installation_id', repository: 'r.id' });
  if (seen.sql === 'true') return seen;
  const { charge, githubId } = requester;
  const managed = charge.projects;
  return {
    sql: `(${seen.sql} or p.id = any(cast(:seenManaged as bigint[]))
      or exists (select 1 from project_members m where m.project_id = p.id and m.github_id = cast(:seenAs as bigint)))`,
    values: { ...seen.values, seenManaged: managed, seenAs: githubId },
  };
}

/** The last check `c` of a repository `r`, wishes of people left out. */
const lastCheckSql = `left join lateral (select k.* from check_records k where k.repository_id = r.id and k.result <> 'manual' order by k.id desc limit 1) c on true`;

const checkJson = `jsonb_build_object('repository', n.full_name, 'result', n.result, 'branch', case when n.ref_kind = 'branch' then n.ref_name end, 'sha', n.sha,
  'message', left(n.message, 200), 'error', n.error, 'checked_at', n.checked)`;

/** The newest run of the actions of a project, in the repositories that are seen. */
function lastRunSql(visible: string): string {
  return `(select jsonb_build_object('id', l.id::text, 'status', l.status, 'action', a.name, 'repository', l.full_name, 'created_at', l.created_at)
    from project_actions a cross join lateral (
      select n.id, n.status, n.created_at, r.full_name from runs n join repositories r on r.id = n.repository_id
      where n.watch_key = 'project-' || p.id || '-' || a.id and ${visible} order by n.id desc limit 1) l
    where a.project_id = p.id order by l.id desc limit 1)`;
}

function selectSql(visible: string): string {
  return `select p.*, exists (select 1 from installations i where i.project_id = p.id) as linked, f.repository_count, f.repositories, f.last_check_at, f.next_check_at,
      f.last_check, ${lastRunSql(visible)} as last_run,
      (select jsonb_agg(jsonb_build_object('id', a.id::text, 'projectId', a.project_id::text, 'name', a.name, 'enabled', a.enabled,
          'definition', a.definition, 'version', a.version, 'createdAt', a.created_at, 'updatedAt', a.updated_at) order by a.id)
        from project_actions a where a.project_id = p.id) as actions
    from projects p cross join lateral (
      select count(*)::int as repository_count, max(n.checked) as last_check_at,
        min(n.reconcile_due_at) filter (where n.enabled and not n.archived) as next_check_at,
        (array_agg(${checkJson} order by n.checked desc) filter (where n.checked is not null))[1] as last_check,
        jsonb_agg(jsonb_build_object('id', n.id::text, 'full_name', n.full_name, 'html_url', n.html_url, 'enabled', n.enabled,
          'last_check_at', n.checked) order by lower(n.full_name)) filter (where n.place <= 100) as repositories
      from (select r.id, r.full_name, r.html_url, r.enabled, r.archived, r.reconcile_due_at, c.result, c.ref_kind, c.ref_name, c.sha, c.message, c.error,
          c.checked_at as checked, row_number() over (order by lower(r.full_name)) as place
        from repositories r ${lastCheckSql} where ${followsSql('p', 'r')} and r.removed_at is null and ${visible}) n
    ) f`;
}

/** An action as the API shows it; its inputs are for those who manage the project, because addresses often hold a token. */
export function showAction(
  action: Omit<ProjectAction, 'createdAt' | 'updatedAt' | 'installationId'> & { createdAt: Date; updatedAt: Date },
  mayManage: boolean,
): ActionItem {
  const { definition } = action;
  return {
    id: action.id,
    project_id: action.projectId,
    name: action.name,
    enabled: action.enabled,
    uses: definition.uses,
    with: mayManage ? definition.with : null,
    on: definition.on ?? 'push',
    if: definition.if ?? null,
    env: mayManage ? (definition.env ?? null) : null,
    retry: definition.retry ?? null,
    timeout: definition.timeout ?? null,
    parameters: mayManage ? definition.parameters : [],
    watch: actionKey(action.projectId, action.id),
    version: action.version,
    created_at: isoTime(action.createdAt),
    updated_at: isoTime(action.updatedAt),
  };
}

function projectItem(row: ProjectRow, requester: Requester): ProjectItem {
  const mayManage = mayDo(requester, 'manage', { installation: row.installation_id, project: row.id }) === 'allowed';
  return {
    id: row.id,
    installation_id: row.installation_id,
    name: row.name,
    enabled: row.enabled,
    branches: row.branches,
    check_interval: row.check_interval,
    follow: row.follow,
    linked: row.linked,
    repository_count: row.repository_count,
    repositories: (row.repositories ?? []).map(({ id, full_name, html_url, enabled, last_check_at: at }) => {
      return { id, full_name, html_url, enabled, last_check_at: at === null ? null : isoTime(new Date(at)) };
    }),
    actions: (row.actions ?? []).map((action) =>
      showAction({ ...action, createdAt: new Date(action.createdAt), updatedAt: new Date(action.updatedAt) }, mayManage),
    ),
    last_check_at: isoTimeOrNull(row.last_check_at),
    next_check_at: isoTimeOrNull(row.next_check_at),
    last_check: row.last_check && { ...row.last_check, checked_at: isoTime(new Date(row.last_check.checked_at)) },
    last_run: row.last_run && { ...row.last_run, created_at: isoTime(new Date(row.last_run.created_at)) },
    version: row.version,
    created_by: row.created_by,
    created_at: isoTime(row.created_at),
    updated_at: isoTime(row.updated_at),
  };
}

/** A page of the projects that the requester sees, newest first. */
export async function listProjects(db: Db, query: ProjectQuery, requester: Requester): Promise<Page<ProjectItem>> {
  const visible = visibleFollowed(requester);
  const list = new PageQuery<ProjectRow>('p.id', query);
  list.add(visibleTo(requester, { installation: 'p.installation_id', project: 'p.id' }));
  list.where('true', visible.values);
  list.whereEqual('p.installation_id', query.installation);
  if (query.name !== undefined) list.where('lower(p.name) = lower(:name)', { name: query.name });
  if (query.q !== undefined) {
    const matches = `(position(lower(:wanted) in lower(p.name)) > 0 or exists (select 1 from repositories r where r.removed_at is null
      and position(lower(:wanted) in lower(r.full_name)) > 0 and ${followsSql('p', 'r')} and ${visible.sql}))`;
    list.where(matches, { wanted: query.q });
  }
  if (query.repository !== undefined)
    list.where(
      `exists (select 1 from repositories r where lower(r.full_name) = lower(:repository) and r.removed_at is null and ${followsSql('p', 'r')} and ${visible.sql})`,
      { repository: query.repository },
    );
  return await list.read(db, selectSql(visible.sql), (row) => projectItem(row, requester));
}

/** A project by its id, as the requester sees it. */
export async function findProjectItem(db: Db, id: string, requester: Requester): Promise<ProjectItem | undefined> {
  const visible = visibleFollowed(requester);
  const [row] = await queryRows<ProjectRow>(db, `${selectSql(visible.sql)} where p.id = :id`, { id, ...visible.values });
  return row && projectItem(row, requester);
}

/** A page of what comparing the repositories of a project with GitHub found, newest first. */
export async function listProjectLog(
  db: Db,
  projectId: string,
  { query, requester }: { query: ProjectLogQuery; requester: Requester },
): Promise<Page<ProjectLog>> {
  const list = new PageQuery<CheckRow & { full_name: string }>('c.id', query);
  const status = query.status === 'manual_trigger' ? 'manual' : query.status;
  list.where(`p.id = :project and ${followsSql('p', 'r')} and c.installation_id = p.installation_id`, { project: projectId });
  list.add(visibleFollowed(requester));
  list.whereEqual('c.result', status satisfies CheckResult | undefined);
  if (query.branch !== undefined) list.where(`c.ref_kind = 'branch' and c.ref_name = :branch`, { branch: query.branch });
  if (query.repository !== undefined) list.where('lower(r.full_name) = lower(:repository)', { repository: query.repository });
  return await list.read(
    db,
    'select c.*, r.full_name from check_records c join repositories r on r.id = c.repository_id cross join projects p',
    (row) => {
      const item = checkItem(row);
      return { ...item, status: item.result, repository: row.full_name };
    },
  );
}
