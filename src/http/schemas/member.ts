import { z } from 'zod';
import { filterText, idText, pageOf, pageQuery, timestamp } from './common.ts';

/** Somebody who may work on a repository. */
const memberSchema = z
  .object({
    github_id: idText.describe('GitHub’s numeric id'),
    login: z.string(),
    type: z.string().describe('GitHub’s word: User, Bot'),
    role: z.string().nullable().describe('GitHub’s own name of the role, also of custom ones; null when it was not told'),
    observed_at: timestamp.describe('When an event or a listing last said so'),
  })
  .meta({ id: 'Member' });
export type Member = z.output<typeof memberSchema>;

/** A page of them, with how much it is worth. */
export const membersPage = pageOf(memberSchema).extend({
  listing: z.object({
    listed_at: timestamp.nullable().describe('When GitHub listed everybody with access; null: only those are known of whom an event told'),
    due_at: timestamp.nullable().describe('When they are listed next; null: not at all, unless an event or somebody asks'),
    error: z.string().nullable().describe('Why they could not be listed'),
  }),
});
export type MembersListing = z.output<typeof membersPage>['listing'];

/** The filters of the list of members. */
export const memberQuery = z.strictObject({ role: filterText(200).optional(), ...pageQuery });
export type MemberQuery = z.output<typeof memberQuery>;

/** The answer to a wish to have them listed now. */
export const membersRequested = z.object({ requested: z.literal(true) });
