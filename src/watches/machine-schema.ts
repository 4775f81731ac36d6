import { z } from 'zod';

/** The word that a transition leads to when the ticket is through. */
export const machineEnd = '<end>';

const word = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/,
    'is not a good name: begin with a letter or `_`, go on with letters, digits, `_`, `.` and `-`, at most 100',
  );

/** A state machine for tickets: what each event does in each state. Whether it hangs together is checked by check-machines.ts. */
export const machineSchema = z.strictObject({
  projects: z
    .array(z.string().regex(/^[A-Z][A-Z0-9_]{0,99}$/, 'is not the key of a project: capital letters, digits and `_`, as in `SOC`'))
    .min(1)
    .max(100)
    .optional()
    .meta({
      description: 'The projects whose tickets it moves, by the letters before the number of a ticket.',
      examples: [['SOC', 'DEVOPS']],
    }),
  initial: word.describe('The state in which a ticket is that no event has touched.'),
  path: z
    .array(word)
    .min(1)
    .max(50)
    .optional()
    .meta({
      description:
        'The states in their order. A ticket walks along it when the wanted state is no neighbour, and is never moved back along it by what came late.',
      examples: [['to_do', 'in_review', 'done']],
    }),
  aliases: z
    .record(word, z.string().min(1).max(200))
    .meta({ description: 'Every state, and what it is called where the tickets are.', examples: [{ to_do: 'To Do', done: 'Done' }] }),
  transitions: z.record(word, z.record(word, z.string().min(1).max(200))).meta({
    description: 'For each state what each event leads to: another state, or `<end>`.',
    examples: [{ to_do: { merged: 'done' }, done: { released: machineEnd } }],
  }),
});

/** One machine of a file, as it is written. */
export type MachineEntry = z.output<typeof machineSchema>;
