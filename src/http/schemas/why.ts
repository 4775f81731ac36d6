import { z } from 'zod';
import { changeSummary, consideredWatch } from './change.ts';
import { filterText, idText, pageQuery, timestamp } from './common.ts';

/** Which watch, and since when. */
export const whyQuery = z.strictObject({
  watch: filterText(200).describe('The watch by its id in the file, or by the number of its row'),
  since: timestamp.optional().describe('Only changes that were recorded since'),
  ...pageQuery,
});
export type WhyQuery = z.output<typeof whyQuery>;

const whyItem = z.object({
  change: changeSummary,
  verdict: z
    .enum(['matched', 'refused', 'not_asked', 'forgotten'])
    .describe('not_asked: the watch did not count when this happened; forgotten: WHY_NOT_DAYS are over'),
  ...consideredWatch.pick({ clause: true, reason: true, repository: true, path: true, line: true, column: true, origin: true }).shape,
  runs: z.array(z.object({ id: idText, status: z.string() })),
});

/** The last changes of a repository with what one watch said about each, and what keeps it from running now. */
export const why = z
  .object({
    repository: z.string(),
    watch: z.object({ key: z.string(), name: z.string(), mode: z.string().nullable(), origin: z.string().nullable() }),
    obstacles: z
      .array(z.object({ code: z.string(), message: z.string() }))
      .describe('What keeps it from running at this moment; empty when nothing does'),
    data: z.array(whyItem),
    meta: z.object({ next: z.string().nullable() }),
  })
  .meta({ id: 'Why' });

export type WhyItem = z.output<typeof whyItem>;
