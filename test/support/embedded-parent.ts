import { startEmbeddedPostgres } from '../../src/db/embedded-postgres.ts';
import { describeError, isRepoWatchError } from '../../src/core/errors.ts';

/** A process that owns an embedded Postgres, for the tests that kill it. Usage: embedded-parent.ts FOLDER; one JSON line per fact. */
const say = (fact: object) => process.stdout.write(`${JSON.stringify(fact)}\n`);

try {
  const postgres = await startEmbeddedPostgres({ dataDir: process.argv[2]!, durable: false, report: (line) => say({ line }) });
  process.once('SIGTERM', () => {
    void postgres.stop().then(() => process.exit(0));
  });
  say({ url: postgres.url });
  setInterval(() => undefined, 60_000);
} catch (error) {
  say({ failed: isRepoWatchError(error) ? error.code : 'other', message: describeError(error) });
  process.exitCode = 1;
}
