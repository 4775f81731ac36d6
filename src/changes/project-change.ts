import { z } from 'zod';
import { defineNoun } from './noun.ts';

const types = {
  'project.deleted':
    'A repository is gone for RepoWatch: deleted, taken out of the installation, or the App was removed. Watches are asked as they were before.',
} as const;

export type ProjectChangeType = keyof typeof types;

/** The type words of the end of a watched repository. */
export const projectChangeTypes = Object.keys(types) as ProjectChangeType[];

/** Why a repository is gone. */
const departures = ['repository_deleted', 'removed_from_installation', 'app_uninstalled'] as const;
export type Departure = (typeof departures)[number];

/** What is stored with the end of a watched repository. */
const projectChangeData = z.strictObject({ reason: z.enum(departures) });
export type ProjectChangeData = z.output<typeof projectChangeData>;

const words: Record<Departure, string> = {
  repository_deleted: 'was deleted',
  removed_from_installation: 'was taken out of the installation',
  app_uninstalled: 'is not watched any more, because the App was removed',
};

/** The end of a watched repository. */
export const projectNoun = defineNoun({
  name: 'project',
  types,
  data: projectChangeData,
  sample: () => ({ reason: 'repository_deleted' as const }),
  describe: ({ who, repository, data }) => `${repository} ${words[data.reason]}, by ${who}`,
});
