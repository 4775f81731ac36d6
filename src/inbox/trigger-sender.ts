import { triggerProviders, type TriggerProvider } from '../core/statuses.ts';

/** Whose number and kind stand in the sender of a delivery that came through a trigger. */
export interface TriggerSender {
  provider: TriggerProvider;
  id: string;
}

/** The sender of deliveries of a trigger: the identity of a message is unique together with it. */
export function writeTriggerSender({ provider, id }: TriggerSender): string {
  return `trigger:${provider}:${id}`;
}

/** The trigger that a sender names; undefined for GitHub itself. */
export function readTriggerSender(sender: string): TriggerSender | undefined {
  const [, provider, id] = /^trigger:([a-z]+):(\d+)$/.exec(sender) ?? [];
  const known = triggerProviders.find((name) => name === provider);
  return known === undefined || id === undefined ? undefined : { provider: known, id };
}
