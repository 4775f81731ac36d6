import { setTimeout as pause } from 'node:timers/promises';
import { describeError } from '../core/errors.ts';
import type { RepositoryConfig } from '../http/schemas/repository.ts';
import { demoRepository } from './repository-files.ts';
import { isSettled, tellDelivery, tellThread, type Telling } from './tell-thread.ts';

/** How often the API is asked for news. Milliseconds. */
const pollMs = 300;

/** Tells every new change with its runs, every delivery that came to nothing, and every new configuration, until the signal aborts. */
export async function followActivity(telling: Telling): Promise<void> {
  const { api, narrator, signal } = telling;
  const changes = new News(await api.listChanges());
  const deliveries = new News(await api.listDeliveries());
  let config = await api.readConfig(demoRepository);
  // A run that waits for its next try must not keep the next push from being told.
  const tell = (id: string) => {
    narrator.line('');
    void tellThread(telling, id).catch((error: unknown) => {
      if (!signal.aborted) narrator.fact('demo', describeError(error), 'bad');
    });
  };
  for (;;) {
    await pause(pollMs, undefined, { signal });
    for (const change of changes.take(await api.listChanges())) tell(change.id);
    for (const delivery of deliveries.take((await api.listDeliveries()).filter(isSettled))) {
      if (delivery.status !== 'processed') tellDelivery(narrator, delivery);
    }
    const read = await api.readConfig(demoRepository);
    if (read.config_sha !== config.config_sha || read.status !== config.status) tellConfig(telling, read);
    config = read;
  }
}

/** Tells what the branch's configuration is now, with its problems at their places. */
function tellConfig({ narrator }: Telling, { status, problems, watches }: RepositoryConfig): void {
  if (status === 'ok') narrator.fact('config', `good: ${watches.map(({ key }) => key).join(', ')}`, 'good');
  else narrator.fact('config', `${status}; the last good one stays in force`, 'bad');
  for (const { line, column, message } of problems) narrator.detail(`${line ?? 1}:${column ?? 1}: ${message}`);
}

/** Finds the rows that were not there before, the oldest first. */
class News {
  readonly #known: Set<string>;

  constructor(rows: readonly { id: string }[]) {
    this.#known = new Set(rows.map((row) => row.id));
  }

  take<Row extends { id: string }>(rows: readonly Row[]): Row[] {
    const fresh = rows.filter((row) => !this.#known.has(row.id)).toReversed();
    for (const row of fresh) this.#known.add(row.id);
    return fresh;
  }
}
