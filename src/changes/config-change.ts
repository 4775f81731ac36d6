import { z } from 'zod';
import { defineNoun } from './noun.ts';
import { shown } from './strangers-text.ts';

const types = {
  'config.invalid': 'The configuration on the default branch has errors; the last good one stays in force.',
} as const;

export type ConfigChangeType = keyof typeof types;

/** The type words of what happens to a repository's configuration. */
export const configChangeTypes = Object.keys(types) as ConfigChangeType[];

/** What is stored with a configuration that has errors. */
const configChangeData = z.strictObject({
  configuration: z.strictObject({
    path: z.string(),
    sha: z.string().nullable().describe('The blob'),
    commit: z.string().nullable(),
    problems: z
      .array(z.strictObject({ path: z.string(), line: z.int(), column: z.int(), code: z.string(), message: z.string() }))
      .describe('At most 50'),
    problem_count: z.int(),
  }),
});
export type ConfigChangeData = z.output<typeof configChangeData>;

/** What happens to a repository's configuration. */
export const configNoun = defineNoun({
  name: 'config',
  types,
  data: configChangeData,
  sampleActor: null,
  sample: () => ({
    configuration: {
      path: '.github/repowatch.yml',
      sha: '5b6c7d8e9f0a1b2c3d4e5f6a7b8c9d0e1f2a3b4c',
      commit: '0a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b',
      problems: [{ path: '.github/repowatch.yml', line: 4, column: 5, code: 'config_key_unknown', message: 'Unknown key `stpes`.' }],
      problem_count: 1,
    },
  }),
  describe: ({ repository, data: { configuration } }) => {
    const { path, problem_count: count } = configuration;
    return `${shown(path)} of ${repository} has ${count === 1 ? 'an error' : `${count} errors`}`;
  },
});
