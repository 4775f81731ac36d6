import type { Db } from '../../src/db/connect.ts';

/** Lets writes on GitHub go without the second between them, for stories that are not about it; write-pace.test.ts is. */
export async function hurryWrites(db: Db): Promise<void> {
  await db.raw(`
    create function hurry_writes() returns trigger language plpgsql as $$ begin new.next_at := clock_timestamp(); return new; end $$;
    create trigger hurry_writes before insert or update on github_writes for each row execute function hurry_writes();
  `);
}
