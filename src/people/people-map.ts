import type { Db } from '../db/connect.ts';

/** Who somebody on GitHub is elsewhere, within one installation. */
export interface PersonEntry {
  id: string;
  installationId: string;
  githubLogin: string;
  githubId: string | null;
  email: string | null;
  jiraAccountId: string | null;
  slackId: string | null;
  createdAt: Date;
  updatedAt: Date;
}

/** What is written of a person; what is left out stays, null takes it away. */
export interface PersonUpdate {
  githubLogin?: string | undefined;
  email?: string | null | undefined;
  jiraAccountId?: string | null | undefined;
  slackId?: string | null | undefined;
}

const columns = `p.id, p.installation_id as "installationId", p.github_login as "githubLogin", p.github_id as "githubId", p.email,
  p.jira_account_id as "jiraAccountId", p.slack_id as "slackId", p.created_at as "createdAt", p.updated_at as "updatedAt"`;

/** Finds a person by their login on GitHub or their e-mail address, in any case. For steps that assign, mention or write to somebody. */
export async function findPerson(db: Db, installationId: string, key: string): Promise<PersonEntry | undefined> {
  const { rows } = await db.raw<{ rows: PersonEntry[] }>(
    `select ${columns} from people p where p.installation_id = :installationId
       and (lower(p.github_login) = lower(:key) or lower(p.email) = lower(:key)) order by lower(p.github_login) = lower(:key) desc limit 1`,
    { installationId, key },
  );
  return rows[0];
}

/** Finds whom another system means: by their account in Jira or their id in Slack. */
export async function findPersonElsewhere(
  db: Db,
  installationId: string,
  account: { jiraAccountId: string } | { slackId: string },
): Promise<PersonEntry | undefined> {
  const [column, value] = 'slackId' in account ? ['slack_id', account.slackId] : ['jira_account_id', account.jiraAccountId];
  const { rows } = await db.raw<{ rows: PersonEntry[] }>(
    `select ${columns} from people p where p.installation_id = ? and p.${column} = ?`,
    [installationId, value],
  );
  return rows[0];
}

/** Locks the people of an installation against other writers, until the transaction ends: two that come at once must not make two of one. */
export async function lockPeople(trx: Db, installationId: string): Promise<void> {
  await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`people ${installationId}`]);
}

/** Adds a person. Their number on GitHub is filled in when RepoWatch knows them. */
export async function insertPerson(db: Db, installationId: string, person: PersonUpdate & { githubLogin: string }): Promise<string> {
  const { githubLogin, email = null, jiraAccountId = null, slackId = null } = person;
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `insert into people (installation_id, github_login, email, jira_account_id, slack_id, github_id)
     values (:installationId, :githubLogin, :email, :jiraAccountId, :slackId, (${numberSql})) returning id`,
    { installationId, githubLogin, email, jiraAccountId, slackId } as unknown as Record<string, string>,
  );
  return rows[0]!.id;
}

const numberSql = `select coalesce(
  (select m.github_id from members m where m.installation_id = :installationId and lower(m.login) = lower(:githubLogin) limit 1),
  (select u.github_id from github_users u join installations i on i.host = u.host where i.id = :installationId and lower(u.login) = lower(:githubLogin) limit 1))`;

/** Changes a person. */
export async function updatePerson(db: Db, known: PersonEntry, update: PersonUpdate): Promise<void> {
  const { githubLogin = known.githubLogin } = update;
  const kept = <T>(next: T | undefined, last: T): T => (next === undefined ? last : next);
  await db.raw(
    `update people set github_login = :githubLogin, email = :email, jira_account_id = :jiraAccountId, slack_id = :slackId,
       github_id = (${numberSql}), updated_at = now() where id = :id`,
    {
      id: known.id,
      installationId: known.installationId,
      githubLogin,
      email: kept(update.email, known.email),
      jiraAccountId: kept(update.jiraAccountId, known.jiraAccountId),
      slackId: kept(update.slackId, known.slackId),
    } as unknown as Record<string, string>,
  );
}

/** Removes a person. */
export async function deletePerson(db: Db, id: string): Promise<void> {
  await db.raw('delete from people where id = ?', [id]);
}
