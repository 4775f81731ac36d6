import type { Db } from '../../db/connect.ts';
import { pageLimit, readCursor, toPage, type Page } from '../paging.ts';
import type { Member, MemberQuery, MembersListing } from '../schemas/member.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';

interface MemberRow {
  github_id: string;
  login: string;
  type: string;
  role: string | null;
  observed_at: Date;
}

/** A page of the people of a repository by login. What was known under another installation is not told. */
export async function listMembers(db: Db, repositoryId: string, query: MemberQuery): Promise<Page<Member>> {
  const limit = pageLimit(query);
  const after = readCursor(query, /^[^\0]{1,200}$/s) ?? '';
  const rows = await queryRows<MemberRow>(
    db,
    `select m.github_id, m.login, m.type, m.role, m.observed_at from members m
     join repositories r on r.id = m.repository_id and r.installation_id = m.installation_id
     where m.repository_id = :repositoryId and lower(m.login) > :after ${query.role === undefined ? '' : 'and m.role = :role'}
     order by lower(m.login) limit :limit`,
    { repositoryId, after, role: query.role, limit: limit + 1 },
  );
  return toPage(rows, limit, {
    key: (row) => row.login.toLowerCase(),
    item: (row) => ({ github_id: row.github_id, login: row.login, type: row.type, role: row.role, observed_at: isoTime(row.observed_at) }),
  });
}

/** How much the list of a repository's people is worth. */
export async function readMembersListing(db: Db, repositoryId: string): Promise<MembersListing> {
  const [row] = await queryRows<{ listed_at: Date | null; due_at: Date | null; error: string | null }>(
    db,
    'select members_listed_at as listed_at, members_due_at as due_at, members_error as error from repositories where id = :repositoryId',
    { repositoryId },
  );
  return { listed_at: isoTimeOrNull(row?.listed_at ?? null), due_at: isoTimeOrNull(row?.due_at ?? null), error: row?.error ?? null };
}
