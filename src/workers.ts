import { LaneDispatcher } from './queue/lane-dispatcher.ts';
import { LaneLocks } from './db/lane-locks.ts';
import { createBulkService } from './flow/bulk-runs.ts';
import { createDeliveryService } from './flow/process-deliveries.ts';
import { createFeedbackService } from './flow/feedback-lanes.ts';
import { createRunService } from './flow/run-lanes.ts';
import { createSweepService } from './flow/sweep-installation.ts';
import { createSyncService } from './flow/sync-lanes.ts';
import type { Context } from './flow/context.ts';
import type { FeedbackContext } from './flow/feedback-context.ts';
import type { Log } from './core/log.ts';
import type { Queue, QueueName } from './queue/queue.ts';

/** How long services get to finish what they do when the process is told to stop, before they are told to hurry. Milliseconds. */
const graceMs = 8_000;

/** The dispatchers of a worker, one per queue, on one set of lane locks. */
export class Workers {
  readonly #queue: Queue;
  readonly #locks: LaneLocks;
  readonly #dispatchers: { name: QueueName; dispatcher: LaneDispatcher }[];

  constructor(options: { context: Context; feedback: FeedbackContext; queue: Queue; databaseUrl: string; log: Log }) {
    const { context, feedback, log } = options;
    this.#queue = options.queue;
    this.#locks = new LaneLocks({ url: options.databaseUrl, log });
    const create = (name: QueueName, service: ConstructorParameters<typeof LaneDispatcher>[0]['service']) => ({
      name,
      dispatcher: new LaneDispatcher({ service, locks: this.#locks, log }),
    });
    this.#dispatchers = [
      create('deliveries', createDeliveryService(context)),
      create('runs', createRunService(context)),
      create('sync', createSyncService(context)),
      create('sweeps', createSweepService(context)),
      create('feedback', createFeedbackService(feedback)),
      create('bulk', createBulkService(context)),
    ];
  }

  /** Begins to serve what the queues send. */
  async start(): Promise<void> {
    for (const { name, dispatcher } of this.#dispatchers) await this.#queue.work(name, (lanes) => dispatcher.wake(lanes));
  }

  /** Lets what is under way finish, within its time. */
  async stop(): Promise<void> {
    await Promise.all(this.#dispatchers.map(({ dispatcher }) => dispatcher.stop(graceMs)));
    await this.#locks.close();
  }
}
