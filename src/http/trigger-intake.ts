import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { RepoWatchError } from '../core/errors.ts';
import { triggerProviders, type TriggerProvider } from '../core/statuses.ts';
import { readDeliveryFacts } from '../inbox/delivery-facts.ts';
import type { NewDelivery } from '../inbox/insert-deliveries.ts';
import { repositoryLane } from '../inbox/lane.ts';
import { writeTriggerSender } from '../inbox/trigger-sender.ts';
import type { Trigger } from '../inbox/triggers.ts';
import { createDeliveryDoor, requireJson, type BareHandler, type DoorOptions } from './receive-delivery.ts';
import { proofs, toWord, type Proof } from './trigger-proofs.ts';

/** What the door of triggers works with. */
export interface TriggerIntakeOptions extends DoorOptions {
  /** The trigger of this number with the secrets that are valid now; undefined when nobody registered it. */
  open: (id: string) => Promise<{ trigger: Trigger; secrets: string[] } | undefined>;
  now: () => Date;
}

const address = /^\/webhooks\/([^/?]{1,50})\/(\d{1,18})\/payload\/?(?:\?|$)/;

/**
 * The door for `POST /webhooks/:provider/:id/payload`: 403 for a provider nobody knows, 404 for a trigger nobody registered, 401 for a sender
 * who cannot prove the secret, 202 once the message is committed.
 */
export function createTriggerIntake(options: TriggerIntakeOptions): BareHandler {
  return createDeliveryDoor(options, async (request) => {
    const { provider, id } = readAddress(request.url ?? '');
    requireJson(request);
    const opened = await options.open(id);
    if (opened?.trigger.provider !== provider)
      throw new RepoWatchError(
        'trigger_unknown',
        `There is no ${provider} trigger ${id}. Register it, and send to the address that this answers.`,
      );
    const { trigger, secrets } = opened;
    if (!trigger.enabled)
      throw new RepoWatchError('trigger_disabled', `The trigger ${trigger.name} is switched off. Switch it on to take messages again.`);
    const proof = proofs[provider](request, secrets, options.now());
    const digest = createHash('sha256');
    return {
      onChunk(chunk) {
        proof.onChunk(chunk);
        digest.update(chunk);
      },
      verify: () => proof.verify(),
      read: (body) => toDelivery({ trigger, proof, digest: digest.digest('hex'), body, headers: request.headers }),
    };
  });
}

function readAddress(url: string): { provider: TriggerProvider; id: string } {
  const [, provider, id] = address.exec(url) ?? [];
  const known = triggerProviders.find((name) => name === provider);
  if (provider !== undefined && known === undefined)
    throw new RepoWatchError('provider_unknown', `${provider} is no provider of triggers. Known are ${triggerProviders.join(', ')}.`);
  if (known === undefined || id === undefined)
    throw new RepoWatchError('trigger_unknown', 'Nothing is taken at this address. Send to the one that registering a trigger answers.');
  return { provider: known, id };
}

/** What is stored: the body as it came, in the lane of the trigger's repository, whatever the body says of others. */
function toDelivery(message: {
  trigger: Trigger;
  proof: Proof;
  digest: string;
  body: Buffer;
  headers: IncomingMessage['headers'];
}): NewDelivery {
  const { trigger, proof, digest, body, headers } = message;
  const { provider, id, installationGithubId, repositoryGithubId, repositoryFullName } = trigger;
  const guid = proof.guid ?? digest;
  const { delivery } = readDeliveryFacts({ event: proof.event ?? eventOf(body), guid, all: headers }, body);
  if (provider === 'github' && delivery.repositoryGithubId !== null && delivery.repositoryGithubId !== repositoryGithubId)
    throw new RepoWatchError(
      'trigger_mismatch',
      `The message is about ${delivery.repositoryFullName ?? `repository ${delivery.repositoryGithubId}`}, and this trigger is for ${repositoryFullName}. Register one for that repository.`,
    );
  return {
    ...delivery,
    source: 'trigger',
    sender: writeTriggerSender({ provider, id }),
    headers: proof.hasSignedGuid ? { ...delivery.headers, 'webhook-id': guid } : delivery.headers,
    digest,
    lane: repositoryLane(repositoryGithubId),
    installationGithubId,
    repositoryGithubId,
    repositoryFullName,
  };
}

/** Senders without a header for it say in the body what happened: `type`, `event` or `object_kind`. */
function eventOf(body: Buffer): string {
  try {
    const { type, event, object_kind: kind } = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
    const word = [type, event, kind].find((value) => typeof value === 'string');
    return toWord(word ?? 'message');
  } catch {
    return 'message';
  }
}
