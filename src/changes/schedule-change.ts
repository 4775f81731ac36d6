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
});
export type ScheduleChangeData = z.output<typeof scheduleChangeData>;

/** Scheduled times. */
export const scheduleNoun = defineNoun({
  name: 'schedule',
  types,
  data: scheduleChangeData,
  sample: () => ({ watch: 'nightly', cron: '0 3 * * *', timezone: 'Europe/Berlin', due_at: '2026-11-21T02:00:00Z' }),
  sampleActor: null,
  describe: ({ repository, data }) =>
    `The schedule ${shown(data.cron)} (${shown(data.timezone)}) of ${repository} was due at ${data.due_at}`,
});
