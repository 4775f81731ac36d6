import { z } from 'zod';

/** What every step on tickets can say, whoever keeps them. */
export const ticketInput = {
  event: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .meta({
      description: "The event of the machine; the last part of the change's type without it, such as `merged`.",
      examples: ['merged', 'next'],
    }),
  comment: z
    .union([
      z.string().min(1),
      z.strictObject({ text: z.string().min(1), when: z.enum(['always', 'moved', 'otherwise']).default('always') }),
    ])
    .transform((comment) => (typeof comment === 'string' ? { text: comment, when: 'always' as const } : comment))
    .optional()
    .describe('What to comment: always, only when it was moved, or `otherwise`, when it could not be; once for one thing.'),
  when: z.literal('all_linked_prs_merged').optional().describe('Moves a ticket only when no other open pull request names it.'),
  dry_run: z.boolean().default(false).describe('Looks, says what it would do, and changes nothing.'),
};
