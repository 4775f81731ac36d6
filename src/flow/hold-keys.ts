import { randomUUID } from 'node:crypto';
import { describeError } from '../core/errors.ts';
import { deleteKeyHolder, noteKeyHolder } from '../vault/key-holders.ts';
import type { Context } from './context.ts';

/** How often a process says that it lives. Milliseconds; a third of the time after which it counts as gone. */
const beatMs = 20_000;

/** Says for as long as this process runs which keys it has: nobody wraps with one that somebody lacks (key-jobs.ts). */
export async function holdKeys({ db, keyRing, log }: Context): Promise<{ stop(): Promise<void> }> {
  const processId = randomUUID();
  const note = () => noteKeyHolder(db, { processId, keyIds: keyRing.ids });
  await note();
  const timer = setInterval(() => {
    note().catch((error: unknown) => log.warn({ error: describeError(error) }, 'Which keys this process has could not be written down'));
  }, beatMs).unref();
  return {
    async stop() {
      clearInterval(timer);
      // Without the word it is forgotten a minute later.
      await deleteKeyHolder(db, processId).catch(() => undefined);
    },
  };
}
