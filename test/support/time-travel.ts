import type { Db } from '../../src/db/connect.ts';
import { transaction } from '../../src/db/transaction.ts';

/** Everything that is due at some time, with the times themselves. What was seen or said keeps its time. */
const dueTimes: Record<string, string[]> = {
  repositories: ['reconcile_due_at', 'refs_due_at', 'config_due_at', 'facts_due_at'],
  sweeps: ['resume_at', 'listing_due_at', 'listing_retry_at', 'listing_ended_at'],
  installations: ['list_due_at'],
  deliveries: ['next_attempt_at'],
  recoveries: ['next_at'],
  recovery_items: ['next_attempt_at'],
  runs: ['due_at'],
  destinations: ['opens_at', 'probe_until'],
};

/**
 * As if so much time had passed for everybody who waits: all due times come nearer by it, and so do the ends of GitHub's limits and
 * pauses. Nothing sleeps meanwhile, and no clock is touched.
 */
export async function passTime(db: Db, ms: number): Promise<void> {
  const seconds = ms / 1000;
  // Whole tables, in no order, while the server works on them: a deadlock with it is tried again, as the server does.
  const move = async (statement: string, values: unknown) =>
    await transaction(db, async (trx) => await trx.raw(statement, values as never));
  for (const [table, columns] of Object.entries(dueTimes)) {
    const moved = columns.map((column) => `${column} = ${column} - make_interval(secs => :seconds)`).join(', ');
    const some = columns.map((column) => `${column} > now()`).join(' or ');
    await move(`update ${table} set ${moved} where ${some}`, { seconds });
  }
  // How long ago a configuration was looked at says how long the next failure waits.
  await move('update repositories set config_checked_at = config_checked_at - make_interval(secs => ?)', [seconds]);
  // A newer note than what a process remembers, so that it is believed.
  await move('update github_pauses set until = until - make_interval(secs => ?), noted_at = clock_timestamp()', [seconds]);
  await move('update github_limits set resets_at = resets_at - make_interval(secs => ?), noted_at = clock_timestamp()', [seconds]);
}
