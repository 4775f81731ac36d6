import { z } from 'zod';
import { defineNoun } from './noun.ts';
import { shown } from './strangers-text.ts';

const types = {
  'recovery.gap': 'GitHub’s record of deliveries does not reach back far enough: what was lost in between can only be found by comparing.',
} as const;

export type RecoveryChangeType = keyof typeof types;

/** The type words of what recovery finds out. */
export const recoveryChangeTypes = Object.keys(types) as RecoveryChangeType[];

/** What is stored with a stretch of time that cannot be recovered. */
const recoveryChangeData = z.strictObject({
  gap: z.strictObject({
    from: z.string().describe('ISO-8601 Z'),
    until: z.string().describe('ISO-8601 Z'),
    reason: z.string(),
  }),
});
export type RecoveryChangeData = z.output<typeof recoveryChangeData>;

/** What recovery finds out. */
export const recoveryNoun = defineNoun({
  name: 'recovery',
  types,
  data: recoveryChangeData,
  sampleActor: null,
  sample: () => ({
    gap: {
      from: '2026-11-15T00:00:00Z',
      until: '2026-11-18T00:00:00Z',
      reason: 'RepoWatch was down for longer than GitHub keeps deliveries',
    },
  }),
  describe: ({ repository, data: { gap } }) =>
    `Deliveries for ${repository} between ${gap.from} and ${gap.until} cannot be recovered: ${shown(gap.reason, 160)}`,
});
