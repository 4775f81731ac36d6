import type { RunFacts } from '../actions/run-facts.ts';
import { redactPayload } from '../core/redact-payload.ts';
import type { Template } from '../core/expressions-template.ts';
import { readTriggerSender } from '../inbox/trigger-sender.ts';
import { findDeliveryPayload } from '../inbox/waiting-deliveries.ts';
import type { CompiledStep, CompiledWatch } from '../watches/compile-config.ts';
import type { Context } from './context.ts';
import { parsePayload } from './parse-delivery.ts';

/** The raw payload of a change, and the delivery that it came with. */
type ReadEvent = Required<Pick<RunFacts, 'event' | 'delivery'>>;

/** Reads the payload that a change came with, when a step of the watch can look at it: it can have 25 MB. */
export async function readEvent(context: Context, deliveryId: string | null, watch: CompiledWatch): Promise<ReadEvent> {
  const isWanted = watch.usesEvent || watch.steps.some((step) => step.kind === 'script' || handsPayloadOn(step));
  if (deliveryId === null || !isWanted) return { event: {}, delivery: null };
  const found = await findDeliveryPayload(context.db, deliveryId);
  if (found === undefined) return { event: {}, delivery: null };
  const { guid, event, source, sender, body } = found;
  const isGitHubs = source !== 'trigger' || readTriggerSender(sender)?.provider === 'github';
  return { event: redactPayload(parsePayload(body)), delivery: isGitHubs ? { guid, event } : null };
}

/** True for a webhook in GitHub's own format, or in one that is only known when it runs. */
function handsPayloadOn({ kind, with: input }: CompiledStep): boolean {
  if (kind !== 'webhook') return false;
  const format = fieldOf(input, 'format');
  return format !== undefined && (format.kind !== 'literal' || format.value === 'github');
}

function fieldOf(input: Template, name: string): Template | undefined {
  if (input.kind === 'object') return input.entries.find(([key]) => key === name)?.[1];
  if (input.kind !== 'literal') return input;
  const value = (input.value as Record<string, unknown> | null)?.[name];
  return value === undefined ? undefined : { kind: 'literal', value };
}
