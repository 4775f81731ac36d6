import { createId } from '../core/ids.ts';
import { RepoWatchError } from '../core/errors.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { SecretScope } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';
import { parseDestination } from '../core/destinations.ts';
import { followsSql } from '../db/follows.ts';
import { isFrozen } from './frozen-secrets.ts';
import { openEnvelope, sealEnvelope, type Envelope } from './envelope.ts';
import type { KeyRing } from './key-ring.ts';
import type { SealedTable } from './sealed-rows.ts';

/**
 * Whose secret it is: nobody's (global), an installation's, a project's, a repository's within an installation, or that of one watch: of a
 * repository, or of a project. Our ids, as text.
 */
export interface SecretOwner {
  scope: SecretScope;
  installationId: string | null;
  repositoryId: string | null;
  projectId?: string | null;
  watchKey?: string | null;
}

/** Whose secrets are wanted: a repository's, or those of a run with the version that its watch is declared by. */
interface SecretsWanted {
  installationId: string;
  repositoryId: string;
  watchKey?: string;
  configId?: string;
  names: readonly string[];
}

/** A secret as a run gets it. */
interface RevealedSecret {
  value: string;
  /** Where it may be sent; null for anywhere. */
  destinations: string[] | null;
}

interface SecretRow {
  id: string;
  scope: SecretScope;
  installation_id: string | null;
  repository_id: string | null;
  project_id: string | null;
  watch_key: string | null;
  name: string;
  ciphertext: Buffer;
  nonce: Buffer;
  tag: Buffer;
  wrapped_key: Buffer;
  wrap_nonce: Buffer;
  wrap_tag: Buffer;
  key_id: string;
  destinations: string[] | null;
  last_used_at: Date | null;
}

const namePattern = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
const maxValueBytes = 64 * 1024;
const maxDestinations = 100;
/** The nearest owner wins. */
const precedence: readonly SecretScope[] = ['watch', 'repository', 'project', 'installation', 'global'];

/** What is authenticated with the value: a row's contents open in no other row, for no other owner and under no other name. */
function contextOf(id: string, owner: SecretOwner, name: string): string {
  const { scope, installationId, repositoryId, projectId = null, watchKey = null } = owner;
  const within = projectId === null && watchKey === null ? [] : [projectId, watchKey];
  return JSON.stringify([id, scope, installationId, repositoryId, name, ...within]);
}

function contextOfRow(row: SecretRow): string {
  const { id, scope, installation_id: installationId, repository_id: repositoryId, project_id: projectId, watch_key: watchKey, name } = row;
  return contextOf(id, { scope, installationId, repositoryId, projectId, watchKey }, name);
}

/** Secrets among everything that is encrypted. */
export const sealedSecrets: SealedTable = {
  name: 'secrets',
  what: 'secrets',
  columns: ['scope', 'installation_id', 'repository_id', 'project_id', 'watch_key', 'name'],
  contextOf: (row) => contextOfRow(row as unknown as SecretRow),
};

function envelopeOf(row: SecretRow): Envelope {
  return {
    ciphertext: row.ciphertext,
    nonce: row.nonce,
    tag: row.tag,
    wrappedKey: row.wrapped_key,
    wrapNonce: row.wrap_nonce,
    wrapTag: row.wrap_tag,
    keyId: row.key_id,
  };
}

function checkSecret(name: string, value: string, destinations: readonly string[] | null): Outcome<string[] | null, 'request_invalid'> {
  if (!namePattern.test(name)) {
    return failed(
      'request_invalid',
      `${JSON.stringify(name)} is not a name for a secret. Use letters, digits and _, at most 100, no digit first.`,
    );
  }
  const bytes = Buffer.byteLength(value);
  if (bytes === 0 || bytes > maxValueBytes)
    return failed('request_invalid', `The value of ${name} has ${bytes} bytes; it must have 1 to ${maxValueBytes}.`);
  if (destinations === null || destinations.length === 0) return ok(null);
  if (destinations.length > maxDestinations) return failed('request_invalid', `${name} has more than ${maxDestinations} destinations.`);
  const parsed = destinations.map(parseDestination);
  const bad = parsed.find((outcome) => !outcome.ok);
  return bad ?? ok(parsed.flatMap((outcome) => (outcome.ok ? [outcome.value] : [])));
}

/** A value to be stored. */
interface NewSecret extends SecretOwner {
  name: string;
  value: string;
  /** Where it may be sent; null for anywhere, undefined for wherever the former value could be. */
  destinations: readonly string[] | null | undefined;
  keyRing: KeyRing;
  /** Who sets it, for people. */
  by?: string;
  /** Refuses to replace a value: `conflict`. */
  onlyNew?: boolean;
}

/**
 * Encrypts and stores a value under its owner and name, in place of the former one. The row gets a new id each time,
 * because the id is part of what is authenticated. Fails with `request_invalid` when name, value or a destination is bad.
 */
export async function upsertSecret(
  db: Db,
  secret: NewSecret,
): Promise<Outcome<{ created: boolean; version: number }, 'request_invalid' | 'conflict'>> {
  const {
    scope,
    installationId,
    repositoryId,
    projectId = null,
    watchKey = null,
    name,
    value,
    keyRing,
    by = null,
    onlyNew = false,
  } = secret;
  const checked = checkSecret(name, value, secret.destinations ?? null);
  if (!checked.ok) return checked;
  const id = createId();
  const owner = { scope, installationId, repositoryId, projectId, watchKey };
  const envelope = sealEnvelope(keyRing, value, contextOf(id, owner, name));
  const destinations = checked.value === null ? null : JSON.stringify(checked.value);
  const { rows } = await db.raw<{ rows: { created: boolean; version: number }[] }>(
    `with former as (
       delete from secrets f where f.scope = :scope and f.repository_id = cast(:repositoryId as bigint) and f.name = :name
         and f.watch_key is not distinct from cast(:watchKey as text) and f.installation_id <> :installationId
       returning f.version, f.destinations
     )
     insert into secrets as s (id, scope, installation_id, repository_id, project_id, watch_key, account_id, name, ciphertext, nonce, tag, wrapped_key,
       wrap_nonce, wrap_tag, key_id, destinations, created_by, updated_by, version)
     values (:id, :scope, :installationId, :repositoryId, :projectId, :watchKey,
       case when cast(:repositoryId as bigint) is not null then (select i.account_id from installations i where i.id = :installationId) end,
       :name, :ciphertext, :nonce, :tag, :wrappedKey, :wrapNonce, :wrapTag, :keyId,
       case when :keep then (select f.destinations from former f limit 1) else cast(:destinations as jsonb) end,
       :by, :by, coalesce((select max(f.version) from former f), 0) + 1)
     on conflict on constraint secrets_name_key do update set
       id = excluded.id, account_id = excluded.account_id, ciphertext = excluded.ciphertext, nonce = excluded.nonce, tag = excluded.tag, wrapped_key = excluded.wrapped_key,
       wrap_nonce = excluded.wrap_nonce, wrap_tag = excluded.wrap_tag, key_id = excluded.key_id,
       destinations = case when :keep then s.destinations else excluded.destinations end,
       updated_by = excluded.updated_by, version = s.version + 1, updated_at = now()
       where not :onlyNew
     returning xmax = 0 and not exists (select 1 from former) as created, version`,
    { id, ...owner, name, ...envelope, destinations, keep: secret.destinations === undefined, by, onlyNew } as unknown as Record<
      string,
      string
    >,
  );
  const [row] = rows;
  return row ? ok(row) : failed('conflict', `There is a secret ${name} already. Change its value instead, or choose another name.`);
}

/** Forgets a secret; answers whether there was one. */
export async function deleteSecret(db: Db, secret: SecretOwner & { name: string }): Promise<boolean> {
  const { scope, installationId, repositoryId, projectId = null, watchKey = null, name } = secret;
  const within = { repository_id: repositoryId, project_id: projectId, watch_key: watchKey };
  // What is a repository's is its own, in whatever installation it was set.
  const owner = repositoryId !== null ? within : { installation_id: installationId, ...within };
  const count = await db('secrets')
    .where({ scope, name, ...owner })
    .delete();
  return count > 0;
}

/**
 * Decrypts the named secrets that a repository may use, the nearest owner's first; names without a secret are left out.
 * A repository that was given to another owner no longer sees what it had before (frozen-secrets.ts).
 * Throws `secrets_key_missing` when one of them cannot be decrypted.
 */
export async function findSecretsForRepository(db: Db, wanted: SecretsWanted & { keyRing: KeyRing }): Promise<Map<string, RevealedSecret>> {
  const { keyRing } = wanted;
  const revealed = new Map<string, RevealedSecret>();
  const used: SecretRow[] = [];
  for (const row of await listNearest(db, wanted)) {
    const value = openEnvelope(keyRing, envelopeOf(row), contextOfRow(row));
    if (!value.ok)
      throw new RepoWatchError('secrets_key_missing', `The secret ${row.name} (${row.scope}) cannot be decrypted. ${value.message}`);
    revealed.set(row.name, { value: value.value, destinations: row.destinations });
    used.push(row);
  }
  await noteUse(db, used);
  return revealed;
}

/** Where the named secrets that a repository may use can be sent, by name; nothing is decrypted. */
export async function findDestinationsForRepository(
  db: Db,
  wanted: SecretsWanted,
): Promise<Map<string, Pick<RevealedSecret, 'destinations'>>> {
  return new Map((await listNearest(db, wanted)).map((row) => [row.name, { destinations: row.destinations }]));
}

/** The id of the secret that somebody gets under a name; undefined of none. */
export async function findNearestSecret(db: Db, user: Omit<SecretsWanted, 'names'>, name: string): Promise<string | undefined> {
  const [row] = await listNearest(db, { ...user, names: [name] });
  return row?.id;
}

/**
 * The secrets of these names that a repository may use, one for each name: the nearest owner's. A run of a project's action has those of
 * its own project; any other run those of the projects that follow the repository, the oldest project's first.
 */
async function listNearest(db: Db, wanted: SecretsWanted): Promise<SecretRow[]> {
  const { installationId, repositoryId, watchKey = null, configId = null, names } = wanted;
  const account = '(select i.account_id from installations i where i.id = :installationId)';
  const { rows } = await db.raw<{ rows: SecretRow[] }>(
    `with own as (
       select g.project_id as id from configs g where g.id = cast(:configId as bigint) and g.managed_by = 'project'
     ), following as (
       select own.id from own union
       select p.id from projects p join repositories r on r.id = :repositoryId and r.installation_id = p.installation_id
       where not exists (select 1 from own) and ${followsSql('p', 'r')}
     )
     select s.* from secrets s
     where s.name = any(:names) and (
       s.scope = 'global'
       or (s.scope = 'installation' and s.installation_id = :installationId)
       or (s.scope = 'project' and s.installation_id = :installationId and s.project_id in (select f.id from following f))
       or (s.scope = 'repository' and s.repository_id = :repositoryId and not ${isFrozen(account)})
       or (s.scope = 'watch' and s.watch_key = :watchKey and not ${isFrozen(account)} and case when exists (select 1 from own)
         then s.installation_id = :installationId and s.project_id in (select own.id from own) else s.repository_id = :repositoryId end))`,
    { names: [...names], installationId, repositoryId, watchKey, configId } as unknown as Record<string, string>,
  );
  const byProject = rows.sort((a, b) => Number(b.project_id ?? 0) - Number(a.project_id ?? 0));
  const farthestFirst = byProject.sort((a, b) => precedence.indexOf(b.scope) - precedence.indexOf(a.scope));
  return [...new Map(farthestFirst.map((row) => [row.name, row])).values()];
}

/** One write a minute is enough to say when a secret was last used; a busy watch would write the same row all the time. */
async function noteUse(db: Db, rows: SecretRow[]): Promise<void> {
  const before = Date.now() - 60_000;
  const ids = rows.filter((row) => row.last_used_at === null || row.last_used_at.getTime() < before).map((row) => row.id);
  if (ids.length > 0) await db('secrets').whereIn('id', ids).update({ last_used_at: db.fn.now() });
}

/** Counts the stored secrets and names those whose key the ring does not have. Nothing is decrypted but keys. */
export async function listUnreadableSecrets(db: Db, keyRing: KeyRing): Promise<{ total: number; unreadable: string[] }> {
  const rows: SecretRow[] = await db('secrets').orderBy('id');
  const unreadable = rows.filter((row) => {
    const key = keyRing.unwrap(envelopeOf(row), contextOfRow(row));
    if (key.ok) key.value.fill(0);
    return !key.ok;
  });
  return { total: rows.length, unreadable: unreadable.map((row) => row.name) };
}
