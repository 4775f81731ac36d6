/** What a permission allows; `write` includes `read`. */
export type Access = 'read' | 'write';

/** A bundle of features with what GitHub has to grant and send for it (handbook I3). */
export interface Tier {
  name: string;
  /** What one gets, as a person would say it. */
  purpose: string;
  /** True for permissions of the organisation: only its owners can install such an App. */
  organization?: true;
  permissions: Readonly<Record<string, Access>>;
  /** Events to subscribe to. */
  events: readonly string[];
  /** Events that GitHub sends with these permissions without a subscription. */
  automatic?: readonly string[];
}

/** What GitHub sends to every App without a subscription, as far as RepoWatch acts on it (handbook A21, I11). */
export const implicitEvents = [
  'installation',
  'installation_repositories',
  'installation_target',
  'github_app_authorization',
  'ping',
] as const;

/** What every registration has. Nothing is ever written with it. */
export const baseTier: Tier = {
  name: 'base',
  purpose: 'Branches, tags, commits and .github/repowatch.yml',
  permissions: { metadata: 'read', contents: 'read' },
  // `create` and `delete` are hints: they make RepoWatch look at a ref whose push did not arrive.
  events: ['push', 'repository', 'create', 'delete'],
};

/**
 * What can be added, each by itself. A new event belongs into exactly one line here and into app.yml;
 * test/app-manifest.test.ts compares this table with app.yml and with the handlers that are registered.
 */
export const optionalTiers: readonly Tier[] = [
  {
    name: 'checks',
    purpose: 'A check run on every commit that changes the configuration',
    permissions: { checks: 'write' },
    events: [],
    automatic: ['check_run', 'check_suite'],
  },
  {
    name: 'statuses',
    purpose: 'The same as a commit status, for owners who do not grant check runs',
    permissions: { statuses: 'write' },
    events: [],
  },
  {
    name: 'config_issue',
    purpose: 'Steps that write issues and comments, and an issue while the configuration on the default branch stays broken',
    permissions: { issues: 'write' },
    events: [],
  },
  {
    name: 'issues',
    purpose: 'Issues and their comments as triggers',
    permissions: { issues: 'read' },
    events: ['issues', 'issue_comment'],
  },
  {
    name: 'pull_requests',
    purpose: 'Pull requests as triggers',
    permissions: { pull_requests: 'read' },
    events: ['pull_request'],
  },
  {
    name: 'pull_requests_write',
    purpose: 'Steps that open pull requests and ask for reviews',
    permissions: { pull_requests: 'write' },
    events: [],
  },
  {
    name: 'config_proposals',
    purpose: 'Pull requests with the configuration, from the watch editor',
    permissions: { contents: 'write', pull_requests: 'write' },
    events: [],
  },
  {
    name: 'dispatch',
    purpose: 'Steps that start workflows by an event of their own',
    permissions: { contents: 'write' },
    // It comes back to us: that is how a step finds out whether a dispatch happened whose answer was lost.
    events: ['repository_dispatch'],
  },
  {
    name: 'workflows',
    purpose: 'Steps that start a workflow by its name',
    permissions: { actions: 'write' },
    events: [],
  },
  {
    name: 'access',
    purpose: 'Changing who has access to repositories (teams need the tier people, too)',
    permissions: { administration: 'write' },
    events: [],
  },
  { name: 'releases', purpose: 'Releases as triggers', permissions: {}, events: ['release'] },
  { name: 'visibility', purpose: 'A repository that goes public, told once more', permissions: {}, events: ['public'] },
  {
    name: 'webhooks',
    purpose: 'The webhooks that a repository has beside the App, to be looked at',
    permissions: { repository_hooks: 'read' },
    events: [],
  },
  {
    name: 'people',
    purpose: 'Members as triggers, and renames of the organisation at once',
    organization: true,
    permissions: { members: 'read' },
    events: ['member', 'organization'],
  },
];

/** All of them, the base first. */
export const tiers: readonly Tier[] = [baseTier, ...optionalTiers];

/** Permissions and events, as an App has them registered or an installation has them granted. */
export interface Grants {
  permissions: Readonly<Record<string, string>>;
  events: readonly string[];
}

/** What of a tier is not there. */
export interface MissingGrants {
  permissions: string[];
  events: string[];
}

const order = ['read', 'write', 'admin'];

/** True when what was granted is at least what is needed. */
export function isGranted(granted: string | undefined, needed: string): boolean {
  return order.indexOf(granted ?? '') >= order.indexOf(needed);
}

/** What a tier needs and these grants lack, such as `contents: read`; undefined when nothing is missing. */
export function findMissing(grants: Grants, tier: Tier): MissingGrants | undefined {
  const permissions = Object.entries(tier.permissions)
    .filter(([name, access]) => !isGranted(grants.permissions[name], access))
    .map(([name, access]) => `${name}: ${access}`);
  const events = tier.events.filter((event) => !grants.events.includes(event));
  return permissions.length + events.length === 0 ? undefined : { permissions, events };
}

/** The permissions of an App that an installation has not accepted, such as `checks: write` (handbook B21). */
export function findPending(app: Pick<Grants, 'permissions'>, installation: Pick<Grants, 'permissions'>): string[] {
  return Object.entries(app.permissions)
    .filter(([name, access]) => !isGranted(installation.permissions[name], access))
    .map(([name, access]) => `${name}: ${access}`);
}

/** The tier that an event belongs to; undefined for those that every App gets, and for those that RepoWatch does not know. */
export function findTierOfEvent(event: string): Tier | undefined {
  return tiers.find((tier) => tier.events.includes(event) || tier.automatic?.includes(event) === true);
}

/** Permissions and events of the base and of the named tiers together, as a manifest asks for them. */
export function grantsOf(names: readonly string[]): { permissions: Record<string, Access>; events: string[] } {
  const chosen = tiers.filter((tier) => tier === baseTier || names.includes(tier.name));
  const permissions: Record<string, Access> = {};
  for (const tier of chosen) {
    for (const [name, access] of Object.entries(tier.permissions)) if (!isGranted(permissions[name], access)) permissions[name] = access;
  }
  return { permissions, events: [...new Set(chosen.flatMap((tier) => tier.events))] };
}
