import { z } from 'zod';
import { defineNoun } from './noun.ts';
import { shown } from './strangers-text.ts';

const types = { 'schedule.due': 'A time came that a watch’s `schedule` names.' } as const;

export type ScheduleChangeType = keyof typeof types;

/** The type words of scheduled times. */
export const scheduleChangeTypes = Object.keys(types) as ScheduleChangeType[];

/** What is stored with a scheduled time. */
const scheduleChangeData = z.strictObject({
  watch: z.string().nullable().describe('The watch whose schedule it is; null when several share it'),
  cron: z.string(),
  timezone: z.string().describe('IANA name'),
  due_at: z.string().describe('The time the schedule named, ISO-8601 Z'),
  ref: z
    .strictObject({ kind: z.literal('branch'), name: z.string(), full: z.string() })
    .nullable()
    .describe('The default branch'),
  after: z.string().nullable().describe('Its head as far as RepoWatch knows'),
});
export type ScheduleChangeData = z.output<typeof scheduleChangeData>;

/** Scheduled times. */
export const scheduleNoun = defineNoun({
  name: 'schedule',
  types,
  data: scheduleChangeData,
  sample: () => ({
    watch: 'nightly',
    cron: '0 3 * * *',
    timezone: 'Europe/Berlin',
    due_at: '2026-11-21T02:00:00Z',
    ref: { kind: 'branch' as const, name: 'main', full: 'refs/heads/main' },
    after: '7d8a2b1c0e9f4a5b6c7d8e9f0a1b2c3d4e5f6a7b',
  }),
  sampleActor: null,
  describe: ({ repository, data }) =>
    `The schedule ${shown(data.cron)} (${shown(data.timezone)}) of ${repository} was due at ${data.due_at}`,
});
