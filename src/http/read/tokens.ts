import type { Db } from '../../db/connect.ts';
import type { Requester, TokenScope } from '../../people/requester.ts';
import type { Page } from '../paging.ts';
import type { Token, TokenQuery } from '../schemas/token.ts';
import { PageQuery } from './page-query.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';

interface TokenRow {
  id: string;
  name: string;
  hint: string;
  scopes: TokenScope[];
  installations: string[] | null;
  repositories: string[] | null;
  projects: string[] | null;
  owner: string | null;
  created_by: string;
  status: Token['status'];
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
  revoked_at: Date | null;
}

const statusSql = `case when t.revoked_at is not null then 'revoked' when t.expires_at <= now() then 'expired' else 'active' end`;
const selectSql = `select t.id, t.name, t.hint, t.scopes, t.installations::text[], t.projects::text[], t.created_by, ${statusSql} as status,
    t.created_at, t.expires_at, t.last_used_at, t.revoked_at, u.login as owner,
    case when t.repositories is not null then array(select r.full_name from repositories r where r.id = any(t.repositories) order by 1) end as repositories
  from api_tokens t left join github_users u on u.id = t.user_id`;

function tokenItem(row: TokenRow): Token {
  return {
    ...row,
    created_at: isoTime(row.created_at),
    expires_at: isoTimeOrNull(row.expires_at),
    last_used_at: isoTimeOrNull(row.last_used_at),
    revoked_at: isoTimeOrNull(row.revoked_at),
  };
}

/** Whose tokens somebody sees: administrators all, a person their own, a token that nobody owns itself. */
function ownSql({ admin, userId }: Requester): string {
  if (admin) return 'true';
  return userId === null ? 't.id = :tokenId' : 't.user_id = :userId';
}

/** A page of tokens without their texts, the newest first. */
export async function listTokens(db: Db, query: TokenQuery, requester: Requester): Promise<Page<Token>> {
  const list = new PageQuery<TokenRow>('t.id', query);
  list.where(ownSql(requester), { userId: requester.userId, tokenId: requester.id });
  if (query.status !== undefined) list.where(`${statusSql} = :status`, { status: query.status });
  return await list.read(db, selectSql, tokenItem);
}

/** A token by our id, when it is one that the requester sees. */
export async function findTokenItem(db: Db, id: string, requester: Requester): Promise<Token | undefined> {
  const [row] = await queryRows<TokenRow>(db, `${selectSql} where t.id = :id and ${ownSql(requester)}`, {
    id,
    userId: requester.userId,
    tokenId: requester.id,
  });
  return row === undefined ? undefined : tokenItem(row);
}
