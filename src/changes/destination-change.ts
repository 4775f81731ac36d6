import { z } from 'zod';
import { defineNoun } from './noun.ts';
import { shown } from './strangers-text.ts';

const types = {
  'destination.resting': 'A destination of steps failed many times in a row and is left alone for a while.',
  'destination.recovered': 'A destination that rested works again, and what waited for it goes on.',
  'destination.disabled': 'An address said that it is gone for good (410) and is switched off.',
} as const;

export type DestinationChangeType = keyof typeof types;

/** The type words of what happens to destinations. */
export const destinationChangeTypes = Object.keys(types) as DestinationChangeType[];

/** What is stored with news of a destination. Its path and query are not: they can be secrets. */
const destinationChangeData = z.strictObject({
  destination: z.strictObject({
    id: z.string(),
    origin: z.string().describe('Scheme, host and port'),
    code: z.string().nullable().describe('The last failure'),
    message: z.string().nullable(),
    opens_at: z.string().nullable().describe('When one attempt is let through again, ISO-8601 Z'),
    run_id: z.string().describe('The run that found it out'),
  }),
});
export type DestinationChangeData = z.output<typeof destinationChangeData>;

const words: Record<DestinationChangeType, string> = {
  'destination.resting': 'failed many times in a row and is left alone for a while',
  'destination.recovered': 'works again',
  'destination.disabled': 'has an address that is gone for good; it is switched off',
};

/** What happens to destinations. */
export const destinationNoun = defineNoun({
  name: 'destination',
  types,
  data: destinationChangeData,
  sampleActor: null,
  sample: (type) => ({
    destination: {
      id: '12',
      origin: 'https://deploy.example.com',
      code: type === 'destination.disabled' ? 'webhook_gone' : type === 'destination.resting' ? 'webhook_failed' : null,
      message:
        type === 'destination.disabled'
          ? 'An address of https://deploy.example.com answered that it is gone for good.'
          : type === 'destination.resting'
            ? 'https://deploy.example.com answered 503.'
            : null,
      opens_at: type === 'destination.resting' ? '2026-11-21T10:00:05.000Z' : null,
      run_id: '4711',
    },
  }),
  describe: ({ type, repository, data: { destination } }) =>
    `${shown(destination.origin, 120)}, where ${repository} sends to, ${words[type]}`,
});
