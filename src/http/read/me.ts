import type { Db } from '../../db/connect.ts';
import { roleOf, type Role } from '../../people/may-do.ts';
import type { Requester } from '../../people/requester.ts';
import type { Me } from '../schemas/me.ts';
import { isoTimeOrNull, queryRows } from './rows.ts';
import { visibleInstallations } from './visible-to.ts';

interface UserRow {
  github_id: string;
  login: string;
  name: string | null;
  avatar_url: string | null;
  access_listed_at: Date | null;
  access_error: string | null;
}

/** Whoever asks, with what they may see. */
export async function readMe(db: Db, requester: Requester): Promise<Me> {
  const { kind, login, scopes, userId } = requester;
  const seen = visibleInstallations(requester);
  const [user] = await queryRows<UserRow>(db, 'select u.* from github_users u where u.id = :userId', { userId });
  const [token] =
    kind === 'token'
      ? await queryRows<{ id: string; name: string; expires_at: Date | null }>(db, 'select t.* from api_tokens t where t.id = :id', {
          id: requester.id,
        })
      : [];
  const installations = await queryRows<{ id: string; account: string }>(
    db,
    `select i.id, a.login as account from installations i join accounts a on a.id = i.account_id
     where i.deleted_at is null and ${seen.sql} order by lower(a.login), i.id limit 100`,
    seen.values,
  );
  return {
    kind,
    login,
    role: mightiest(requester),
    scopes: [...scopes],
    github: user ? { id: user.github_id, login: user.login, name: user.name, avatar_url: user.avatar_url } : null,
    token: token ? { id: token.id, name: token.name, expires_at: isoTimeOrNull(token.expires_at) } : null,
    access: user ? { listed_at: isoTimeOrNull(user.access_listed_at), error: user.access_error } : null,
    installations: installations.map(({ id, account }) => ({ id, account, role: roleOf(requester, { installation: id }) })),
  };
}

function mightiest({ admin, sight, charge }: Requester): Role {
  if (admin) return 'admin';
  if (charge.installations === 'all' || charge.installations.length > 0 || charge.projects.length > 0) return 'manager';
  if (charge.repositories.length > 0) return 'maintainer';
  return sight.installations === 'all' || sight.repositories.length > 0 || sight.projects.length > 0 ? 'viewer' : 'nobody';
}
