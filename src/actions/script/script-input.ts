import { z } from 'zod';
import { parseDuration } from '../../core/durations.ts';

/** The longest that a script may run, in milliseconds. */
export const maxTimeoutMs = 60_000;
/** The longest source, in UTF-16 units. */
export const maxSourceLength = 128 * 1024;

function duration(least: number, message: string) {
  return z
    .string()
    .regex(/^\d+(?:ms|s|m)$/, 'Write a time such as 500ms or 2s.')
    .refine((text) => {
      const time = parseDuration(text) ?? 0;
      return time >= least && time <= maxTimeoutMs;
    }, message);
}

function amount(unit: 'KB' | 'MB', { least, most, what }: { least: number; most: number; what: string }) {
  return z
    .string()
    .regex(new RegExp(`^\\d{1,4}${unit}$`), `Write an amount such as 32${unit}.`)
    .refine((text) => {
      const value = Number.parseInt(text, 10);
      return value >= least && value <= most;
    }, `${what} from ${least}${unit} to ${most}${unit}.`);
}

/** `with:` of a script step. */
export const scriptInput = z
  .strictObject({
    run: z.string().min(1).max(maxSourceLength).optional().describe('The script itself: an ES module with a default export.'),
    file: z.string().min(1).max(1000).optional().describe('The path of the script in the repository, read from its default branch.'),
    language: z
      .enum(['js', 'ts'])
      .optional()
      .describe('What it is written in; by default what the name of the file says, else js. Types are taken out, not checked.'),
    timeout: duration(10, 'A script may run from 10ms to 60s.')
      .default('2s')
      .describe('The time for the script, its fetches included: at most 60s.'),
    cpu: duration(50, 'A script may compute from 50ms to 60s.')
      .optional()
      .describe('What it may compute, waiting left out: from 50ms to 60s. By default half of its timeout.'),
    memory: amount('MB', { least: 8, most: 128, what: 'A script may use' }).default('32MB').describe('Its memory, from 8MB to 128MB.'),
    output: amount('KB', { least: 1, most: 256, what: 'Outputs may have' })
      .default('64KB')
      .describe('How large its outputs may be as JSON, from 1KB to 256KB.'),
    log: amount('KB', { least: 1, most: 256, what: 'A log may have' })
      .default('64KB')
      .describe('How much of its log is kept, from 1KB to 256KB; further lines are dropped.'),
    fetches: z.int().min(0).max(100).default(20).describe('How often it may call fetch.'),
    requests: z.int().min(0).max(100).default(20).describe('How often it may call github.request.'),
    permissions: z
      .record(z.string().regex(/^[a-z][a-z_]{1,49}$/, 'is no name of a permission'), z.enum(['read', 'write']))
      .refine(
        ({ administration }) => administration !== 'write',
        'Scripts may not change who has access; `uses: github/access` can, where it is switched on.',
      )
      .default({})
      .describe('What github.request may do in this repository beside reading metadata and contents, such as `issues: write`.'),
  })
  .refine(({ run, file }) => (run === undefined) !== (file === undefined), 'Give either run, the script itself, or file, its path.');

export type ScriptInput = z.output<typeof scriptInput>;
