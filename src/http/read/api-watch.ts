import type { Db } from '../../db/connect.ts';
import { queryRows } from './rows.ts';

/** What a watch of the API says, in the words of a file; undefined for every other, and for those that stand for a hook. */
export async function findApiWatch(db: Db, repositoryId: string, key: string): Promise<Record<string, unknown> | undefined> {
  const [row] = await queryRows<{ content: string }>(
    db,
    'select c.content from repositories r join configs c on c.id = r.api_config_id where r.id = :repositoryId',
    { repositoryId },
  );
  const { watches } =
    row === undefined ? { watches: {} } : (JSON.parse(row.content) as { watches: Record<string, Record<string, unknown>> });
  const watch = Object.hasOwn(watches, key) ? watches[key] : undefined;
  return watch === undefined || watch['x-hook'] !== undefined ? undefined : watch;
}
