import { z } from 'zod';
import type { Actor } from './ref-change.ts';

/** A person, bot or organisation in the data of a change. There is no e-mail address in it, and never will be (handbook C15). */
export const personSchema = z
  .strictObject({
    id: z.string().nullable().describe('GitHub’s numeric id as text; the only thing about a person that never changes'),
    login: z.string(),
    type: z.string().describe('GitHub’s word: User, Bot, Organization'),
  })
  .describe('A person, bot or organisation') satisfies z.ZodType<Actor>;

/** The person of the samples. */
export const samplePerson: Actor = { id: '9001', login: 'mona', type: 'User' };

/** Another person of the samples. */
export const sampleColleague: Actor = { id: '9002', login: 'hubot', type: 'User' };
