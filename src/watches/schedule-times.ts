import { CronExpressionParser } from 'cron-parser';
import { describeError } from '../core/errors.ts';

/** One time of a `schedule` trigger. */
export interface ScheduleTime {
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  cron: string;
  /** An IANA name such as Europe/Berlin. */
  timezone: string;
}

/** Says in words what is wrong with a cron expression; undefined when it comes round again and again. */
export function checkCron(cron: string): string | undefined {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5)
    return `must have five fields (minute, hour, day of the month, month, day of the week) such as \`0 6 * * 1-5\`, not ${fields.length}`;
  // The parser's own extensions (H, L, ?, #, @daily) are not what GitHub's workflows know.
  const strange = fields.find((field) => !/^[0-9A-Za-z*,/-]+$/.test(field) || /[HLW]/.test(field.replace(/\b(?:[A-Za-z]{3})\b/g, '')));
  if (strange !== undefined)
    return `has \`${strange.slice(0, 50)}\`; a field is made of numbers, names such as MON, \`*\`, \`,\`, \`-\` and \`/\``;
  try {
    CronExpressionParser.parse(fields.join(' '), { tz: 'UTC', currentDate: new Date(0) }).next();
    return undefined;
  } catch (error) {
    const reason = describeError(error);
    return /loop limit|Invalid explicit day of month/i.test(reason)
      ? `is \`${cron.slice(0, 100)}\`, which never comes; write a day that exists`
      : `is \`${cron.slice(0, 100)}\`, which is no cron expression: ${reason.slice(0, 200)}; write five fields such as \`0 6 * * 1-5\``;
  }
}

/** Says in words what is wrong with the name of a time zone. */
export function checkTimezone(timezone: string): string | undefined {
  const problem = `is \`${timezone.slice(0, 50)}\`, which is no time zone; write an IANA name such as Europe/Berlin or UTC`;
  // Offsets such as +02:00 are accepted by Intl, but have no summer time, which is hardly what is meant.
  if (!/^[A-Za-z]/.test(timezone)) return problem;
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone }).format();
    return undefined;
  } catch {
    return problem;
  }
}

/** The first time after a moment at which a checked schedule is due, in whole minutes. */
export function nextDue({ cron, timezone }: ScheduleTime, after: Date): Date {
  return CronExpressionParser.parse(cron.trim().split(/\s+/).join(' '), { tz: timezone, currentDate: after }).next().toDate();
}

/** The last time before or at a moment at which a checked schedule was due. */
export function lastDue({ cron, timezone }: ScheduleTime, until: Date): Date {
  // The parser answers what lies before the moment, and a whole minute is no part of that.
  const currentDate = new Date(until.getTime() + 1);
  return CronExpressionParser.parse(cron.trim().split(/\s+/).join(' '), { tz: timezone, currentDate }).prev().toDate();
}
