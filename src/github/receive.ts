import { Probot, ProbotOctokit } from 'probot';
import { describeError } from '../core/errors.ts';
import { createLog } from '../core/log.ts';
import { createProbotApp } from './probot-app.ts';
import { refuseDelivery } from './translate/translate.ts';
import type { Translation } from './translation.ts';

/** A delivery as it was stored: its guid, its event's name, its parsed body. */
interface ReceivedDelivery {
  id: string;
  name: string;
  payload: unknown;
}

/** Says what a delivery means by giving it to the Probot app. Throws only for a bug, never because of what a payload contains. */
export type Receive = (delivery: ReceivedDelivery) => Promise<Translation>;

type ProbotEvent = Parameters<Probot['receive']>[0];

/**
 * The handlers never call GitHub, so all events share one client that cannot: Probot's own would be built anew for each
 * event (about 25 µs instead of 2) and would put all installations into one throttle (handbook A26, E7).
 */
const OfflineOctokit = ProbotOctokit.defaults((options: object) => ({
  ...options,
  authStrategy: ({ octokit }: { octokit: unknown }) =>
    Object.assign(() => Promise.resolve(octokit), {
      hook: () => Promise.reject(new Error('Handlers of events must not call GitHub: use createClients in a worker')),
    }),
  throttle: { enabled: false },
  retry: { enabled: false },
}));

/** Wires a Probot instance with RepoWatch's app function, and answers the function that runs a delivery through it. */
export function createReceiver(options: { appId: string; privateKey: string; webhookSecret: string }): Receive {
  const answers = new Map<string, Translation | undefined>();
  let received = 0;
  const probot = new Probot({
    appId: options.appId,
    privateKey: options.privateKey,
    // Signatures are checked at intake; this keeps Probot from falling back on its well-known default (handbook A3).
    secret: options.webhookSecret,
    Octokit: OfflineOctokit,
    // Probot's error handler prints whole payloads (handbook A8).
    log: createLog({ level: 'silent' }),
  });
  const loaded = probot.load(createProbotApp((receiveId, translation) => void answers.set(receiveId, translation)));

  return async ({ id, name, payload }) => {
    // Probot looks handlers up in a plain object by texts of the sender: only known names get there.
    const refusal = refuseDelivery(name, payload);
    if (refusal) return refusal;
    await loaded;
    // Not the guid: a delivery may be received twice at the same time.
    const receiveId = String((received += 1));
    try {
      await probot.receive({ id: receiveId, name, payload } as ProbotEvent);
      const translation = answers.get(receiveId);
      if (translation) return translation;
    } catch (error) {
      // Probot hangs the event on its errors: only the stack goes on, so that no payload travels into a log with it.
      // oxlint-disable-next-line preserve-caught-error
      throw new Error(`Delivery ${id} (${name}) could not be translated: ${describeError(error)}`, { cause: stackOf(error) });
    } finally {
      answers.delete(receiveId);
    }
    throw new Error(`Delivery ${id} (${name}) reached no handler: ${name} is not registered with Probot`);
  };
}

function stackOf(error: unknown): string | undefined {
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  return first instanceof Error ? first.stack : undefined;
}
