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
  ref: z
    .strictObject({ kind: z.literal('branch'), name: z.string(), full: z.string() })
    .nullable()
    .describe('The branch it is meant for'),
  after: z.string().nullable().describe('Its head as far as RepoWatch knows'),
});
export type ManualChangeData = z.output<typeof manualChangeData>;

/** Runs by hand. */
export const manualNoun = defineNoun({
  name: 'manual',
  types,
  data: manualChangeData,
  sample: () => ({
    watch: 'deploy',
    inputs: { environment: 'staging', dry: false },
    ref: { kind: 'branch' as const, name: 'main', full: 'refs/heads/main' },
    after: '7d8a2b1c0e9f4a5b6c7d8e9f0a1b2c3d4e5f6a7b',
  }),
  describe: ({ who, repository, data }) =>
    `${who} asked for ${data.watch === null ? 'the manual watches' : `watch ${shown(data.watch)}`} of ${repository}`,
});
