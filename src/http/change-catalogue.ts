import { z } from 'zod';
import { buildEnvelope } from '../actions/webhook/envelope.ts';
import { envelopeSchema } from '../actions/webhook/envelope-schema.ts';
import { changeTypes, type Change, type ChangeType } from '../changes/change.ts';
import { toCompatibilityBodies, type CompatibilityBody } from '../changes/compatibility-bodies.ts';
import { compatibilityNamesOf, readEventName } from '../changes/compatibility-names.ts';
import { findNoun } from '../changes/nouns.ts';
import { samplePerson } from '../changes/person.ts';
import { describeChange } from '../changes/sentence.ts';
import { buildContexts } from '../watches/contexts.ts';
import { triggerNames, triggers } from '../watches/triggers.ts';

type JsonSchema = Record<string, unknown>;

/** Everything that is said about one type of change. */
export interface ChangeKind {
  type: ChangeType;
  noun: string;
  description: string;
  triggers: string[];
  compatibility_names: string[];
  compatibility_bodies: CompatibilityBody[];
  sentence: string;
  schema: JsonSchema;
  sample: Record<string, unknown>;
  data_schema: JsonSchema;
  data_sample: Record<string, unknown>;
}

/** A change of this type as one could really be. */
export function sampleChange(type: ChangeType): Change {
  const noun = findNoun(type)!;
  return {
    id: '815',
    type,
    origin: 'webhook',
    repository: { id: '1001', full_name: 'acme/app', owner: 'acme', name: 'app', private: false, default_branch: 'main' },
    installation: { id: '77' },
    actor: noun.sampleActor === undefined ? samplePerson : noun.sampleActor,
    happened_at: '2026-11-21T10:00:00.000Z',
    data: noun.sample(type),
  } as Change;
}

function toJsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { target: 'draft-2020-12' });
}

/** The default body of a webhook about the sample, made by the same code that makes the real ones. */
function sampleEnvelope(change: Change): Record<string, unknown> {
  const contexts = buildContexts({ change });
  return buildEnvelope({ ...contexts, run: { id: '4711', watch: 'tell-the-team', replay: false } });
}

function describeKind(type: ChangeType): ChangeKind {
  const noun = findNoun(type)!;
  const change = sampleChange(type);
  return {
    type,
    noun: noun.name,
    description: noun.types[type]!,
    triggers: triggerNames.filter((name) => (triggers[name].allTypes as readonly string[]).includes(type)),
    compatibility_names: compatibilityNamesOf(type),
    compatibility_bodies: toCompatibilityBodies(change),
    sentence: describeChange(change),
    schema: toJsonSchema(envelopeSchema(type)),
    sample: sampleEnvelope(change),
    data_schema: toJsonSchema(noun.data),
    data_sample: change.data as unknown as Record<string, unknown>,
  };
}

let kinds: readonly ChangeKind[] | undefined;

/** Every type of change with its triggers, shape, sample and sentence. Made once, when somebody asks. */
export function listChangeKinds(): readonly ChangeKind[] {
  return (kinds ??= changeTypes.map(describeKind));
}

/** One type of change by its name, or by an older system's name that stands for a single type. */
export function findChangeKind(name: string): ChangeKind | undefined {
  const types = readEventName(name);
  const [type, ...others] = types.ok ? types.value : [];
  return others.length === 0 ? listChangeKinds().find((kind) => kind.type === type) : undefined;
}
