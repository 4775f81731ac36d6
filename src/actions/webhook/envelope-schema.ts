import { z } from 'zod';
import type { ChangeType } from '../../changes/change.ts';
import { findNoun } from '../../changes/nouns.ts';
import { personSchema } from '../../changes/person.ts';
import { refChangeTypes } from '../../changes/ref-change.ts';
import { changeOrigins, refKinds } from '../../core/statuses.ts';

const link = z.string().nullable();

const common = {
  change_id: z.string(),
  sequence: z.int().describe('Rises with every change of the repository, with gaps: what has the smaller number was recorded before'),
  origin: z.enum(changeOrigins).describe('How RepoWatch learned of it'),
  repository: z.strictObject({ id: z.string().describe('GitHub’s id'), full_name: z.string() }),
  actor: personSchema.nullable().describe('Who did it'),
  run_id: z.string(),
  watch: z.string(),
};

const pushed = {
  ref: z.strictObject({ kind: z.enum(refKinds), name: z.string(), full: z.string() }),
  before: z.string().describe('The head before; all zeros when there was none'),
  after: z.string().describe('The head after; all zeros when there is none'),
  forced: z.boolean(),
  commit_count: z.int(),
  head_commit: z.strictObject({ id: z.string(), message: z.string().describe('At most 1,000 characters') }).nullable(),
  links: z.strictObject({ compare: link, commit: link }),
};

function isRef(type: ChangeType): boolean {
  return (refChangeTypes as readonly string[]).includes(type);
}

/** The default body of a webhook about a change of this type: `{ type, timestamp, data }`, with nothing but what is named here. */
export function envelopeSchema(type: ChangeType): z.ZodObject {
  const noun = findNoun(type)?.data;
  const own = isRef(type) ? pushed : noun instanceof z.ZodObject ? noun.shape : {};
  return z.strictObject({
    type: z.literal(type),
    timestamp: z.string().describe('When it happened, ISO-8601 Z'),
    data: z.strictObject({ ...common, ...own }),
  });
}
