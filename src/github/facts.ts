import { z } from 'zod';
import type { Actor } from '../changes/ref-change.ts';
import type { AccountFacts, AppFacts, InstallationFacts, RepositoryFacts, RepositoryStub } from './translation.ts';

/**
 * The small part of GitHub's objects that RepoWatch reads, the same for webhooks and for API answers. Everything that
 * some example or some server version lacks is optional: strict schemas refuse real payloads (handbook M4).
 */

/** A numeric id as text. API answers bring big ones as BigInt (handbook A18). */
export const githubIdSchema = z.union([z.int().nonnegative(), z.bigint().nonnegative(), z.string().regex(/^\d{1,19}$/)]).transform(String);

const timeSchema = z.union([z.string(), z.number()]).nullish();

/** Reads the times GitHub sends: ISO-8601 text, or epoch seconds in pushes and installations (handbook C15). Null when it is neither. */
function parseTime(value: string | number | null | undefined): Date | null {
  if (typeof value === 'string' && !/^\d{4}-\d\d-\d\dT/.test(value)) return null;
  if (value === null || value === undefined) return null;
  const date = new Date(typeof value === 'number' ? value * 1000 : value);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** Names end up in an index, which takes no more than some 2,700 bytes; GitHub's own are at most 140 characters. */
const nameSchema = z.string().min(1).max(500);

const personSchema = z.object({ id: githubIdSchema.optional(), login: z.string(), type: z.string().optional() });

/** The `sender` or `requester` of a delivery; both may be missing (handbook A24). */
export const actorSchema = personSchema
  .nullish()
  .transform((person): Actor | null => (person ? { id: person.id ?? null, login: person.login, type: person.type ?? 'User' } : null));

/** A repository as pushes, repository events and the API carry it. */
export const repositorySchema = z
  .object({
    id: githubIdSchema,
    node_id: z.string().optional(),
    name: nameSchema,
    full_name: nameSchema,
    private: z.boolean(),
    // Older servers send only the name in pushes.
    owner: z.object({
      id: githubIdSchema,
      login: z.string().optional(),
      name: z.string().nullish(),
      type: z.string().optional(),
      avatar_url: z.string().nullish().catch(null),
    }),
    visibility: z.string().max(50).nullish().catch(null),
    default_branch: z.string().nullish(),
    archived: z.boolean().optional(),
    disabled: z.boolean().optional(),
    pushed_at: timeSchema,
    updated_at: timeSchema.catch(null),
    html_url: z.string().nullish(),
    parent: z.object({ id: githubIdSchema }).nullish().catch(null),
    template_repository: z.object({ id: githubIdSchema }).nullish().catch(null),
  })
  .transform((repository): RepositoryFacts => {
    const { owner, parent, template_repository: template } = repository;
    const login = owner.login ?? owner.name ?? repository.full_name.split('/', 1)[0]!;
    return {
      github_id: repository.id,
      node_id: repository.node_id ?? null,
      name: repository.name,
      full_name: repository.full_name,
      owner: { github_id: owner.id, login, type: owner.type ?? 'User', avatar_url: owner.avatar_url ?? null },
      private: repository.private,
      visibility: repository.visibility ?? null,
      default_branch: repository.default_branch ?? null,
      archived: repository.archived ?? false,
      disabled: repository.disabled ?? false,
      pushed_at: parseTime(repository.pushed_at),
      updated_at: parseTime(repository.updated_at),
      html_url: repository.html_url ?? null,
      ...(parent ? { made_from: { kind: 'fork' as const, github_id: parent.id } } : {}),
      ...(template ? { made_from: { kind: 'template' as const, github_id: template.id } } : {}),
    };
  });

/** A repository as installation events carry it (handbook B2). */
export const repositoryStubSchema = z
  .object({
    id: githubIdSchema,
    node_id: z.string().optional(),
    name: nameSchema,
    full_name: nameSchema,
    private: z.boolean(),
  })
  .transform((stub): RepositoryStub => ({
    github_id: stub.id,
    node_id: stub.node_id ?? null,
    name: stub.name,
    full_name: stub.full_name,
    private: stub.private,
  }));

function accountType(type: string | undefined): AccountFacts['type'] {
  return type === 'Organization' || type === 'Enterprise' ? type : 'User';
}

/** An account; an Enterprise has a slug instead of a login. */
export const accountSchema = z.object({
  id: githubIdSchema,
  login: nameSchema.optional(),
  slug: nameSchema.optional(),
  type: z.string().optional(),
  avatar_url: z.string().nullish(),
});

/** What is kept of an account; `targetType` is what an event says beside it. */
export function toAccount(account: z.output<typeof accountSchema>, targetType?: string): AccountFacts {
  return {
    github_id: account.id,
    login: account.login ?? account.slug ?? account.id,
    type: accountType(account.type ?? targetType),
    avatar_url: account.avatar_url ?? null,
  };
}

/** An installation as installation events and the API carry it. Its account may be an Enterprise. */
export const installationSchema = z
  .object({
    id: githubIdSchema,
    account: accountSchema,
    target_type: z.string().optional(),
    repository_selection: z.enum(['all', 'selected']).catch('selected'),
    permissions: z.record(z.string(), z.string()).catch({}),
    events: z.array(z.string()).catch([]),
    app_slug: z.string().nullish(),
    html_url: z.string().nullish().catch(null),
    suspended_at: timeSchema,
    created_at: timeSchema,
    updated_at: timeSchema.catch(null),
  })
  .transform(({ account, ...installation }): InstallationFacts => ({
    github_id: installation.id,
    account: toAccount(account, installation.target_type),
    repository_selection: installation.repository_selection,
    permissions: installation.permissions,
    events: installation.events,
    app_slug: installation.app_slug ?? null,
    html_url: installation.html_url ?? null,
    suspended_at: parseTime(installation.suspended_at),
    created_at: parseTime(installation.created_at),
    updated_at: parseTime(installation.updated_at),
  }));

/** The App as it is registered. */
export const appSchema = z
  .object({
    id: githubIdSchema,
    slug: nameSchema.catch(''),
    name: nameSchema.catch(''),
    html_url: z.string().nullish().catch(null),
    permissions: z.record(z.string(), z.string()).catch({}),
    events: z.array(z.string()).catch([]),
  })
  .transform(({ id, html_url, ...app }): AppFacts => ({ github_id: id, html_url: html_url ?? null, ...app }));
