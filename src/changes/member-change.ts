import { z } from 'zod';
import { defineNoun, type SentenceSubject } from './noun.ts';
import { personSchema, sampleColleague } from './person.ts';
import { shown } from './strangers-text.ts';

const types = {
  'member.added': 'Somebody became a direct collaborator of a repository.',
  'member.edited': 'The role of a direct collaborator was changed.',
  'member.removed': 'Somebody is not a direct collaborator of a repository any more.',
} as const;

export type MemberChangeType = keyof typeof types;

/** The type words of changes to direct collaborators; access through teams is not among them (handbook F10). */
export const memberChangeTypes = Object.keys(types) as MemberChangeType[];

/** What is stored with a change to a collaborator. */
const memberChangeData = z.strictObject({
  member: personSchema,
  role: z.string().nullable().describe('GitHub’s name of the role now, also of custom ones; null when GitHub did not say'),
  from: z.strictObject({ role: z.string().nullable().optional() }).describe('What it was before, as far as GitHub says'),
});
export type MemberChangeData = z.output<typeof memberChangeData>;

function sample(type: MemberChangeType): MemberChangeData {
  return {
    member: sampleColleague,
    role: type === 'member.removed' ? null : 'write',
    from: type === 'member.edited' ? { role: 'read' } : {},
  };
}

function describe({ type, who, repository, data }: SentenceSubject<MemberChangeType, MemberChangeData>): string {
  const { login } = data.member;
  const role = data.role === null ? '' : ` (${shown(data.role)})`;
  if (type === 'member.added') return `${who} added ${login}${role} to ${repository}`;
  if (type === 'member.removed') return `${who} removed ${login} from ${repository}`;
  return `${who} changed the role of ${login}${role} in ${repository}`;
}

/** Changes to direct collaborators. */
export const memberNoun = defineNoun({ name: 'member', types, data: memberChangeData, sample, describe });
