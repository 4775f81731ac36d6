import { z } from 'zod';
import { defineNoun } from './noun.ts';
import { shown } from './strangers-text.ts';

const types = { 'run.dead': 'A run was given up after its tries were used up.' } as const;

export type RunChangeType = keyof typeof types;

/** The type words of what happens to runs. */
export const runChangeTypes = Object.keys(types) as RunChangeType[];

/** What is stored with a run that was given up. */
const runChangeData = z.strictObject({
  dead_run: z.strictObject({
    id: z.string(),
    watch: z.string(),
    change_id: z.string().describe('The change that it ran on'),
    step: z.string().nullable(),
    attempts: z.int(),
    code: z.string().nullable(),
    message: z.string().nullable(),
  }),
});
export type RunChangeData = z.output<typeof runChangeData>;

/** What happens to runs. */
export const runNoun = defineNoun({
  name: 'run',
  types,
  data: runChangeData,
  sampleActor: null,
  sample: () => ({
    dead_run: {
      id: '4711',
      watch: 'deploy',
      change_id: '815',
      step: 'hook',
      attempts: 10,
      code: 'webhook_failed',
      message: 'https://deploy.example.com answered 503.',
    },
  }),
  describe: ({ repository, data: { dead_run: run } }) =>
    `Run ${run.id} of watch ${shown(run.watch)} in ${repository} was given up${run.message === null ? '' : `: ${shown(run.message, 160)}`}`,
});
