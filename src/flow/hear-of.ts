import type { Hearing } from '../actions/github-access.ts';
import type { Db } from '../db/connect.ts';

/** What is listened for: an event about a repository whose payload carries a token. */
interface Question {
  installationId: string;
  repositoryGithubId: string;
  event: string;
  token: string;
}

/** A look-up is about something that was sent a short while ago; nobody searches older payloads. */
const days = 7;

/** Looks for an event among the deliveries, whatever became of them; nothing is known where GitHub does not send such events. */
export async function hearOf(db: Db, { installationId, repositoryGithubId, event, token }: Question): Promise<Hearing> {
  const { rows } = await db.raw<{ rows: { heard: boolean; told: boolean }[] }>(
    `select exists (
         select 1 from deliveries d
         where d.repository_github_id = ? and d.event = ? and d.received_at > now() - make_interval(days => ?)
           and position(convert_to(?, 'UTF8') in d.body) > 0
       ) as heard,
       exists (select 1 from installations i where i.id = ? and i.deleted_at is null and i.events @> to_jsonb(?::text)) as told`,
    [repositoryGithubId, event, days, token, installationId, event],
  );
  const { heard, told } = rows[0]!;
  if (heard) return 'heard';
  return told ? 'silent' : 'deaf';
}
