import { z } from 'zod';
import { timestamp } from './common.ts';

const level = z.enum(['ok', 'warning', 'problem']);

/** What the doctor found. */
export const doctorSchema = z
  .object({
    status: level.describe('The worst level of all findings'),
    checked_at: timestamp,
    findings: z.array(
      z.object({
        id: z.string().describe('What was looked at; the same at every look'),
        level,
        code: z.string().nullable().describe('A code of the error catalogue, where one says it'),
        what: z.string(),
        remedy: z.string().nullable().describe('What to do; null when there is nothing to do'),
      }),
    ),
  })
  .meta({ id: 'DoctorReport' });

export type Doctor = z.output<typeof doctorSchema>;
