import { z } from 'zod';
import { refKinds } from '../core/statuses.ts';
import { defineNoun } from './noun.ts';
import { shown } from './strangers-text.ts';

const types = { 'inbound.received': 'A trigger of another system told of something.' } as const;

export type InboundChangeType = keyof typeof types;

/** The type words of what triggers tell. */
export const inboundChangeTypes = Object.keys(types) as InboundChangeType[];

/** What is stored with what a trigger told; the message itself is the payload of its delivery. */
const inboundChangeData = z.strictObject({
  trigger: z.strictObject({ id: z.string(), name: z.string(), provider: z.string() }).describe('Which trigger it came through'),
  event: z.string().describe('What the sender calls it, such as `push`'),
  ref: z
    .strictObject({ kind: z.enum(refKinds), name: z.string(), full: z.string() })
    .nullable()
    .describe('The branch or tag that it is about, where the sender says so'),
  before: z.string().nullable(),
  after: z.string().nullable(),
  url: z.string().nullable().describe('Where the sender shows it'),
});
export type InboundChangeData = z.output<typeof inboundChangeData>;

/** What other systems tell through triggers. */
export const inboundNoun = defineNoun({
  name: 'inbound',
  types,
  data: inboundChangeData,
  sample: () => ({
    trigger: { id: '7', name: 'mirror', provider: 'gitlab' },
    event: 'push',
    ref: { kind: 'branch' as const, name: 'main', full: 'refs/heads/main' },
    before: '1d8a2b1c0e9f4a5b6c7d8e9f0a1b2c3d4e5f6a7b',
    after: '7d8a2b1c0e9f4a5b6c7d8e9f0a1b2c3d4e5f6a7b',
    url: 'https://gitlab.example.com/group/app',
  }),
  describe: ({ who, repository, data }) =>
    `${who} told ${shown(data.event)} of ${repository} through the trigger ${shown(data.trigger.name)} (${data.trigger.provider})`,
});
