import { z } from 'zod';
import { defineNoun } from './noun.ts';
import { shown } from './strangers-text.ts';

const types = {
  'branch.joined': 'Somebody opened the live stream of a branch. Once per connection.',
  'branch.left': 'The live stream of a branch closed, timed out, or its server died.',
} as const;

export type PresenceChangeType = keyof typeof types;

/** The type words of who looks at a branch. They are no changes to the ref: isRefChange says no. */
export const presenceChangeTypes = Object.keys(types) as PresenceChangeType[];

/** What is stored with somebody's coming or going. */
const presenceChangeData = z.strictObject({
  ref: z.strictObject({ kind: z.literal('branch'), name: z.string(), full: z.string() }),
  user: z.string().describe('Who looks: the name in RepoWatch'),
  connection: z.string().describe('The id of the connection; the same when it is left'),
  reason: z.enum(['closed', 'timed_out', 'server_gone']).nullable().describe('How it ended; null when it begins'),
});
export type PresenceChangeData = z.output<typeof presenceChangeData>;

/** Who looks at a branch. */
export const presenceNoun = defineNoun({
  name: 'presence',
  types,
  data: presenceChangeData,
  sample: (type) => ({
    ref: { kind: 'branch' as const, name: 'main', full: 'refs/heads/main' },
    user: 'ann',
    connection: 'c-01hq3v',
    reason: type === 'branch.left' ? ('closed' as const) : null,
  }),
  sampleActor: { id: null, login: 'ann', type: 'User' },
  describe: ({ type, repository, data }) =>
    `${shown(data.user)} ${type === 'branch.joined' ? 'joined' : 'left'} branch ${shown(data.ref.name)} of ${repository}`,
});
