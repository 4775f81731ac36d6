import { z } from 'zod';
import { idText, timestamp } from './common.ts';

/** How this server stands, for whoever looks at it. */
export const healthSchema = z
  .object({
    status: z.enum(['ok', 'down']),
    database: z.boolean(),
    queue: z.boolean(),
    github: z.boolean().nullable().describe('Whether the last question to GitHub reached it; null while nobody has asked'),
    details: z.record(z.string(), z.string()).describe('What is wrong, by the name of the part'),
    last_delivery: z
      .object({ id: idText, event: z.string(), received_at: timestamp })
      .nullable()
      .describe('The newest delivery that you may see'),
  })
  .meta({ id: 'Health' });
export type HealthAnswer = z.output<typeof healthSchema>;

/** How far setting up has come, over what whoever asks may see. */
export const firstStepsSchema = z
  .object({
    app: z
      .object({ slug: z.string(), name: z.string(), html_url: z.string().nullable() })
      .nullable()
      .describe('The App as it is registered on GitHub; null while GitHub has not been asked'),
    first_delivery_at: timestamp.nullable().describe('When the oldest delivery that is kept came in'),
    installations: z.number().int(),
    repositories: z.number().int().describe('1,000 also stands for more'),
    configured: z.array(z.string()).describe('Repositories with a good file, up to ten'),
    first_push: z.object({ change_id: idText, repository: z.string(), at: timestamp }).nullable(),
    done: z.boolean(),
  })
  .meta({ id: 'FirstSteps' });
export type FirstSteps = z.output<typeof firstStepsSchema>;
