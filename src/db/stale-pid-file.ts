import { readFile, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** How many processes hold the shared memory of a server; 0 when it is gone, or where the system does not tell. */
async function countAttached(memoryId: string): Promise<number> {
  const table = await readFile('/proc/sysvipc/shm', 'utf8').catch(() => '');
  for (const line of table.split('\n').slice(1)) {
    const columns = line.trim().split(/\s+/);
    if (columns[1] === memoryId) return Number(columns[6]);
  }
  return 0;
}

/**
 * Removes a postmaster.pid whose server is gone. Postgres does so itself, except when the number now belongs to another
 * program or to a zombie: then it believes the server alive and refuses to start. Its workers may outlive a killed server
 * for a moment and still write, so their shared memory must be let go first. Answers false when that did not happen in 10 s.
 */
export async function removeStalePidFile(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return true;
  // Line 7 is the key and the id of the shared memory.
  const memoryId = text.split('\n')[6]?.trim().split(/\s+/)[1] ?? '';
  for (let attempt = 0; attempt < 500; attempt += 1) {
    if ((await countAttached(memoryId)) === 0) {
      await rm(path, { force: true });
      return true;
    }
    await pause(20);
  }
  return false;
}
