import { z } from 'zod';
import { idText, timestamp } from './common.ts';

/** What can need a person. Within a severity the newest comes first. */
export const attentionKinds = [
  'lane_blocked',
  'recovery_gap',
  'recovery_failing',
  'installation_errored',
  'installation_refused',
  'config_invalid',
  'secrets_frozen',
  'secret_missing',
  'destination_disabled',
  'runs_dead',
  'deliveries_errored',
  'loop_stopped',
  'installation_suspended',
  'destination_resting',
  'permissions_pending',
  'installation_unmatched',
] as const;
export type AttentionKind = (typeof attentionKinds)[number];

/** How soon somebody should look. */
export const attentionSeverities = ['high', 'medium', 'low'] as const;

/** One thing that needs a person. */
const attentionItem = z
  .object({
    kind: z.enum(attentionKinds),
    severity: z
      .enum(attentionSeverities)
      .describe('high: something is not done; medium: something went wrong; low: whenever there is time'),
    title: z.string(),
    detail: z.string().describe('Why, and what to do'),
    since: timestamp.nullable(),
    count: z.number().int().describe('How many runs, deliveries or secrets it is about; 1,000 also stands for more'),
    target: z
      .object({
        installation: z.object({ id: idText, login: z.string() }).nullable(),
        repository: z.object({ id: idText, full_name: z.string() }).nullable(),
        watch: z.string().nullable().describe('The key of a watch'),
        run: idText.nullable().describe('The newest of the runs, or the one that is in the way'),
        delivery: idText.nullable().describe('The newest of the deliveries'),
        destination: idText.nullable(),
        breaker: idText.nullable(),
        lane: z.string().nullable(),
        secret: z.string().nullable().describe('The name of a secret'),
      })
      .describe('What it is about; what does not fit is null'),
  })
  .meta({ id: 'Attention' });
export type AttentionItem = z.output<typeof attentionItem>;

/** What needs a person, the most urgent first. */
export const attentionList = z.object({
  data: z.array(attentionItem).describe('At most 50'),
  meta: z.object({ more: z.boolean().describe('True when there is more than is shown') }),
});
export type AttentionList = z.output<typeof attentionList>;
