import { z } from 'zod';
import { defineNoun } from './noun.ts';
import { shown } from './strangers-text.ts';

const types = { 'manual.requested': 'Somebody asked for a watch to run, by API, command line or page.' } as const;

export type ManualChangeType = keyof typeof types;

/** The type words of runs by hand. */
export const manualChangeTypes = Object.keys(types) as ManualChangeType[];

/** What is stored with a request by hand. */
const manualChangeData = z.strictObject({
  watch: z.string().nullable().describe('The watch that was asked for; null for all with a `manual` trigger'),
  inputs: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .describe('What was given for the trigger’s `inputs`'),
});
export type ManualChangeData = z.output<typeof manualChangeData>;

/** Runs by hand. */
export const manualNoun = defineNoun({
  name: 'manual',
  types,
  data: manualChangeData,
  sample: () => ({ watch: 'deploy', inputs: { environment: 'staging', dry: false } }),
  describe: ({ who, repository, data }) =>
    `${who} asked for ${data.watch === null ? 'the manual watches' : `watch ${shown(data.watch)}`} of ${repository}`,
});
