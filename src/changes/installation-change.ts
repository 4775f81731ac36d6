import { z } from 'zod';
import { defineNoun, type SentenceSubject } from './noun.ts';
import { personSchema } from './person.ts';

const types = {
  'installation.created': 'The App was installed.',
  'installation.deleted': 'The App was removed from an account.',
  'installation.suspended': 'The App was suspended; nothing arrives until it is resumed.',
  'installation.unsuspended': 'A suspended App was resumed.',
  'installation.permissions_accepted': 'New permissions of the App were accepted.',
  'installation.repositories_added': 'Repositories were added to an installation.',
  'installation.repositories_removed': 'Repositories were taken out of an installation.',
} as const;

export type InstallationChangeType = keyof typeof types;

/**
 * The type words of changes to an installation (handbook B1). They belong to the owner's `.github` repository when that is
 * tracked; otherwise only the delivery tells of them.
 */
export const installationChangeTypes = Object.keys(types) as InstallationChangeType[];

/** What is stored with a change to an installation. */
const installationChangeData = z.strictObject({
  account: personSchema.describe('Whose installation it is'),
  repository_selection: z.enum(['all', 'selected']),
  permissions: z.record(z.string(), z.string()),
  repositories: z.array(z.string()).describe('The first 100 that GitHub named, owner/name; a hint, never complete'),
  repository_count: z.int().describe('How many GitHub named'),
  requester: personSchema.nullable().describe('The member who asked, when an owner approved later'),
});
export type InstallationChangeData = z.output<typeof installationChangeData>;

function sample(type: InstallationChangeType): InstallationChangeData {
  const named = /created|repositories/.test(type) ? ['acme/app'] : [];
  return {
    account: { id: '501', login: 'acme', type: 'Organization' },
    repository_selection: 'selected',
    permissions: { metadata: 'read', contents: 'read' },
    repositories: named,
    repository_count: named.length,
    requester: null,
  };
}

function describe({ type, who, data }: SentenceSubject<InstallationChangeType, InstallationChangeData>): string {
  const { account, repository_count: count } = data;
  const repositories = `${count} ${count === 1 ? 'repository' : 'repositories'}`;
  switch (type) {
    case 'installation.created':
      return `${who} installed the App on ${account.login}`;
    case 'installation.deleted':
      return `${who} removed the App from ${account.login}`;
    case 'installation.suspended':
      return `${who} suspended the App on ${account.login}`;
    case 'installation.unsuspended':
      return `${who} resumed the App on ${account.login}`;
    case 'installation.permissions_accepted':
      return `${who} accepted new permissions of the App on ${account.login}`;
    case 'installation.repositories_added':
      return `${who} added ${repositories} to the installation on ${account.login}`;
    case 'installation.repositories_removed':
      return `${who} took ${repositories} out of the installation on ${account.login}`;
  }
}

/** Changes to an installation. */
export const installationNoun = defineNoun({ name: 'installation', types, data: installationChangeData, sample, describe });
