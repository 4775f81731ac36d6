import * as formats from './setting-formats.ts';
import type { Setting } from './setting-formats.ts';

/** The settings of what holds RepoWatch back: watches that seem to answer themselves, many runs again at once, destinations that fail. */
export const restraintSettings = {
  LOOP_RUNS: {
    format: formats.countFormat({ min: 1, max: 10_000 }),
    type: 'number from 1 to 10000',
    default: '10',
    help: 'How often a watch may run within LOOP_WINDOW on changes that RepoWatch itself made to one ref, issue or pull request; more looks like a loop and is stopped.',
    how: 'Raise it when a watch with include_self rightly answers more of its own writes.',
  },
  LOOP_WINDOW: {
    format: formats.durationFormat({ min: '1s', max: '24h' }),
    type: 'time from 1s to 24h',
    default: '10m',
    help: 'The time over which LOOP_RUNS counts, and after which a loop that was stopped counts as over.',
    how: 'Write a number with s, m or h, for example 10m.',
  },
  BULK_COOLDOWN: {
    format: formats.durationFormat({ min: '0s', max: '24h' }),
    type: 'time from 0s to 24h',
    default: '10m',
    help: 'How long a run that was replayed or redriven with many others is left out when many are replayed or redriven again.',
    how: 'Write a number with s, m or h, for example 10m.',
  },
  DESTINATION_FAILURES: {
    format: formats.countFormat({ min: 1, max: 10_000 }),
    type: 'number from 1 to 10000',
    default: '10',
    help: 'After so many failures in a row a destination is left alone for a while (docs/webhooks.md).',
    how: 'Raise it when a receiver that many share fails now and then.',
  },
  DESTINATION_REST: {
    format: formats.durationFormat({ min: '1s', max: '1h' }),
    type: 'time from 1s to 1h',
    default: '5s',
    help: 'How long a destination rests the first time; every probe that fails doubles it, up to an hour.',
    how: 'Write a number with s, m or h, for example 5s.',
  },
} satisfies Record<string, Setting>;
