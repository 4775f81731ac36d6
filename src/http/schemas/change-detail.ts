import { z } from 'zod';
import { changeSummary, consideredWatch } from './change.ts';
import { idText, timestamp } from './common.ts';
import { runSummary } from './run.ts';

/** A change with everything known of it: which watches were asked, what they answered, and the runs that came of it. */
export const changeDetail = changeSummary
  .extend({
    delivery: z.object({ id: idText, guid: z.string(), event: z.string(), source: z.string() }).nullable(),
    data: z.record(z.string(), z.unknown()).describe('The facts of the change: for a push its commits'),
    considered: z.array(consideredWatch),
    considered_pruned_at: timestamp.nullable().describe('When it was forgotten what the watches said (WHY_NOT_DAYS)'),
    notes: z.array(z.string()).describe('What else there is to say about why something did or did not run'),
    runs: z.array(runSummary),
  })
  .meta({ id: 'ChangeDetail' });

export type ChangeDetail = z.output<typeof changeDetail>;
