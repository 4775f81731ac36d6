import { randomUUID } from 'node:crypto';
import type { Db } from '../db/connect.ts';
import type { Read } from './ask.ts';

/** What somebody wants to work on alone. */
interface ClaimWish {
  installationId: string;
  repositoryGithubId: string;
  key: string;
  /** How long at most: a process that dies holds it no longer. Milliseconds. */
  forMs: number;
}

/** A held key, with what the last holder noted. */
interface Claim {
  known: string | null;
  end(known?: string): Promise<void>;
}

/** Those who find a key held come again after so long. Milliseconds. */
const againMs = 2_000;

/** What nobody has asked for in so many days is forgotten: the next one looks at GitHub. */
const keptDays = 180;

/** Takes a key of a repository for a while, over all processes; `github_busy` while somebody else has it. */
export async function takeClaim(db: Db, { installationId, repositoryGithubId, key, forMs }: ClaimWish): Promise<Read<Claim>> {
  const own = { installationId, repositoryGithubId, key, holder: randomUUID() };
  const { rows } = await db.raw<{ rows: { known: string | null }[] }>(
    `insert into github_claims as c (installation_id, repository_github_id, key, holder, held_until)
     values (:installationId, :repositoryGithubId, :key, :holder, clock_timestamp() + :forMs * interval '1 millisecond')
     on conflict (installation_id, repository_github_id, key) do update set holder = excluded.holder, held_until = excluded.held_until
       where c.held_until <= clock_timestamp()
     returning c.known`,
    { ...own, forMs } as unknown as Record<string, string>,
  );
  const [row] = rows;
  if (row) return { ok: true, value: { known: row.known, end: (known) => endClaim(db, own, known) } };
  const message = `Another step is writing what has the key ${key} in this repository; this one comes after it`;
  return { ok: false, code: 'github_busy', message, retryAt: new Date(Date.now() + againMs) };
}

interface Held {
  installationId: string;
  repositoryGithubId: string;
  key: string;
  holder: string;
}

/** Only by its holder: one that was late has lost it. */
async function endClaim(db: Db, held: Held, known: string | undefined): Promise<void> {
  await db.raw(
    `update github_claims set held_until = clock_timestamp(), noted_at = now(), known = coalesce(:known, known)
     where installation_id = :installationId and repository_github_id = :repositoryGithubId and key = :key and holder = :holder`,
    { ...held, known: known ?? null } as unknown as Record<string, string>,
  );
  await db.raw(`delete from github_claims where installation_id = ? and held_until < now() and noted_at < now() - ? * interval '1 day'`, [
    held.installationId,
    keptDays,
  ]);
}
