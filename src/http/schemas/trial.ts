import { z } from 'zod';
import { changeOrigins } from '../../core/statuses.ts';
import { consideredWatch } from './change.ts';
import { filterText, idText, repositoryName, timestamp } from './common.ts';

const modes = z.enum(['on', 'off', 'dry-run']);
/** The body of a request has 1 MiB at most, and a file that counts 128 KiB; what is larger is told as a problem of the file. */
const content = z.string().describe('The text of the file');
const path = filterText(300).optional().describe('What the file is called in messages');

/** A file to be checked. */
export const validationBody = z.strictObject({
  content,
  path,
  repository: repositoryName.optional().describe('Whose file it would be: then what the layers below it allow counts, too'),
  organization: z
    .boolean()
    .optional()
    .describe('Whether it is an organisation’s file; default: when the repository is the owner’s `.github`'),
});

const configProblem = z
  .object({
    line: z.number().int(),
    column: z.number().int(),
    code: z.string(),
    message: z.string(),
    hint: z.string(),
    severity: z.enum(['error', 'warning']),
    path: z.string().describe('The key, such as `watches.deploy.steps[0].uses`'),
  })
  .meta({ id: 'ConfigProblem' });

const status = z.enum(['ok', 'invalid']).describe('invalid: it would not come into force');

/** What is wrong with a file, and what it has. */
export const validation = z
  .object({
    status,
    problems: z.array(configProblem).describe('In the order of the file; warnings stop nothing'),
    watches: z.array(
      z.object({
        id: z.string(),
        name: z.string().nullable(),
        line: z.number().int(),
        column: z.number().int(),
        mode: modes,
        mandatory: z.boolean(),
        on: z.array(z.string()),
        steps: z.array(z.string()).describe('The kinds of its actions'),
        secrets: z.array(z.string()).describe('The names of the secrets that it uses'),
      }),
    ),
  })
  .meta({ id: 'ConfigValidation' });

const count = z.number().int().min(1).max(1000);
const trialEvent = z.strictObject({
  name: filterText(100).optional().describe('Such as `push`; guessed from the payload without it'),
  payload: z.record(z.string(), z.unknown()).describe('As GitHub would send it'),
});

/** A file to be tried out, and on what. */
export const simulationBody = z
  .strictObject({
    content,
    path,
    repository: repositoryName.optional().describe('Whose changes; can be left out with an event, whose payload names one'),
    organization: z.boolean().optional(),
    changes: z
      .union([
        count,
        z.array(idText).min(1).max(1000),
        z.strictObject({ last: count }),
        z.strictObject({ ids: z.array(idText).min(1).max(1000) }),
        z.strictObject({ event: trialEvent }),
      ])
      .optional()
      .describe('How many of the last changes, or the ids of changes; 100 without it. Or an event that is not there yet'),
    event: trialEvent.optional().describe('An event that is not there yet, instead of changes'),
    limit: count.optional().describe('At most so many changes: 1 to 1000'),
    verdicts: z
      .enum(['all', 'matched'])
      .optional()
      .describe('Whether watches that said no are listed for each change; default: up to 100 changes'),
  })
  .refine(({ event, changes }) => event === undefined || changes === undefined, 'either changes or an event');
export type SimulationBody = z.output<typeof simulationBody>;

const stepPreview = z.object({
  position: z.number().int(),
  id: z.string().nullable(),
  name: z.string().nullable(),
  uses: z.string(),
  would: z.enum(['run', 'skip', 'depends']),
  reason: z.string().nullable(),
  with: z.unknown().describe('The inputs filled in; secrets stand as `${{ secrets.NAME }}`'),
  env: z.record(z.string(), z.string()),
  secrets: z.array(z.string()),
  problem: z.string().nullable(),
});

/** What a file would have done. */
export const simulation = z
  .object({
    status,
    problems: z.array(configProblem),
    repository: z.string().nullable(),
    summary: z.string().describe('One sentence for people'),
    complete: z.boolean().describe('False when the time for a trial was over before the last change'),
    watches: z
      .array(
        z.object({
          id: z.string(),
          name: z.string().nullable(),
          line: z.number().int(),
          layer: z.string(),
          mode: modes,
          runs: z.number().int().describe('How often it would have run'),
          refused: z.record(z.string(), z.number().int()).describe('How often which clause was the first to say no'),
        }),
      )
      .describe('Every watch that would count, those of the layers below included'),
    changes: z
      .array(
        z.object({
          id: idText.nullable(),
          type: z.string(),
          origin: z.enum(changeOrigins),
          sentence: z.string(),
          ref: z.string().nullable(),
          happened_at: timestamp,
          url: z.string().nullable(),
          compare_url: z.string().nullable(),
          would_run: z.array(z.string()),
          considered: z.array(consideredWatch.extend({ concurrency_key: z.string().nullable() })),
          steps: z.record(z.string(), z.array(stepPreview)).nullable().describe('By watch that would run; for up to 10 changes'),
        }),
      )
      .describe('Oldest first'),
    missing: z.array(idText).describe('Ids that are no changes of this repository'),
  })
  .meta({ id: 'ConfigSimulation' });
