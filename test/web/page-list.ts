import type { TenantThings } from './tenant.ts';
import type { Role } from './web-world.ts';

/** What somebody is answered. */
type Status = 200 | 303 | 403 | 404;

/** What is expected of a page, or of a part of one that is loaded later. */
export interface PageRow {
  /** The name of its pictures: lower case and hyphens. */
  name: string;
  /** As the server declares it. */
  route: string;
  /** Where it is for a tenant. */
  path: (things: TenantThings) => string;
  /** What the first heading says, or a part of it. */
  heading: string | ((things: TenantThings) => string);
  /** Who looks at it; the owner of the tenant, when nothing is said. */
  as?: Role;
  /** What others are answered; 200 for `viewer` and 404 for those who may not know of it, when nothing is said. A list is 200 for everybody. */
  answers?: Partial<Record<'viewer' | 'stranger' | 'rival', Status>>;
  /** `part`: loaded into a page, so that it has no heading and no frame of its own. `open`: for whoever has not signed in. */
  kind?: 'page' | 'part' | 'open';
}

const account = ({ words }: TenantThings) => words.account;
const everybody = { viewer: 200, stranger: 200, rival: 200 } as const;
/** For pages that span the whole server. */
const administrators = { viewer: 403, stranger: 403, rival: 403 } as const;

const inRepository =
  (part: string) =>
  ({ repository }: TenantThings) =>
    `/repos/${repository}${part}`;

/**
 * Every page: a new one gets a line here, and with it its pictures, its checks in the browser (axe, layout, what it loads, what hostile
 * texts do to it) and its checks without one (who is answered what, and that nothing leaks).
 */
export const pageList: readonly PageRow[] = [
  { name: 'login', route: '/login', path: () => '/login', heading: 'Sign in', kind: 'open', as: 'visitor' },
  { name: 'overview', route: '/', path: () => '/', heading: 'Overview', answers: everybody },
  { name: 'overview-rates', route: '/overview/rates', path: () => '/overview/rates', heading: 'Rates', answers: everybody },
  {
    name: 'overview-rates-part',
    route: '/overview/rates/part',
    path: () => '/overview/rates/part',
    heading: '',
    kind: 'part',
    answers: everybody,
  },
  { name: 'first-steps', route: '/first-steps', path: () => '/first-steps', heading: '', as: 'boss', answers: everybody },
  { name: 'installations', route: '/installations', path: () => '/installations', heading: 'Installations', answers: everybody },
  {
    name: 'installations-all',
    route: '/installations',
    path: () => '/installations',
    heading: 'Installations',
    as: 'boss',
    answers: everybody,
  },
  { name: 'integrations', route: '/integrations', path: () => '/integrations', heading: 'Integrations', answers: everybody },
  { name: 'installation', route: '/installations/:id', path: ({ installation }) => `/installations/${installation}`, heading: account },
  {
    name: 'installation-repositories',
    route: '/installations/:id/repositories',
    path: ({ installation }) => `/installations/${installation}/repositories`,
    heading: account,
  },
  {
    name: 'installation-permissions',
    route: '/installations/:id/permissions',
    path: ({ installation }) => `/installations/${installation}/permissions`,
    heading: account,
  },
  {
    name: 'installation-hooks',
    route: '/installations/:id/hooks',
    path: ({ installation }) => `/installations/${installation}/hooks`,
    heading: account,
    answers: { viewer: 403 },
  },
  {
    name: 'installation-settings',
    route: '/installations/:id/settings',
    path: ({ installation }) => `/installations/${installation}/settings`,
    heading: account,
    answers: { viewer: 403 },
  },
  { name: 'repositories', route: '/repositories', path: () => '/repositories', heading: 'Repositories', answers: everybody },
  {
    name: 'repositories-table',
    route: '/repositories',
    path: () => '/repositories?view=table',
    heading: 'Repositories',
    answers: everybody,
  },
  { name: 'repository', route: '/repos/:owner/:name', path: inRepository(''), heading: ({ repository }) => repository },
  {
    name: 'repository-branches',
    route: '/repos/:owner/:name/branches',
    path: inRepository('/branches'),
    heading: ({ repository }) => repository,
  },
  { name: 'repository-tags', route: '/repos/:owner/:name/tags', path: inRepository('/tags'), heading: ({ repository }) => repository },
  {
    name: 'repository-watches',
    route: '/repos/:owner/:name/watches',
    path: inRepository('/watches'),
    heading: ({ repository }) => repository,
  },
  {
    name: 'repository-config',
    route: '/repos/:owner/:name/config',
    path: inRepository('/config'),
    heading: ({ repository }) => repository,
  },
  { name: 'repository-runs', route: '/repos/:owner/:name/runs', path: inRepository('/runs'), heading: ({ repository }) => repository },
  {
    name: 'repository-checks',
    route: '/repos/:owner/:name/checks',
    path: inRepository('/checks'),
    heading: ({ repository }) => repository,
  },
  { name: 'repository-hooks', route: '/repos/:owner/:name/hooks', path: inRepository('/hooks'), heading: ({ repository }) => repository },
  {
    name: 'repository-people',
    route: '/repos/:owner/:name/people',
    path: inRepository('/people'),
    heading: ({ repository }) => repository,
  },
  {
    name: 'repository-github',
    route: '/repos/:owner/:name/github',
    path: inRepository('/github'),
    heading: ({ repository }) => repository,
  },
  {
    name: 'repository-settings',
    route: '/repos/:owner/:name/settings',
    path: inRepository('/settings'),
    heading: ({ repository }) => repository,
  },
  {
    name: 'repository-watch-why',
    route: '/repos/:owner/:name/watches',
    path: inRepository('/watches?why=docs'),
    heading: ({ repository }) => repository,
  },
  { name: 'repository-broken', route: '/repos/:owner/:name', path: ({ broken }) => `/repos/${broken}`, heading: ({ broken }) => broken },
  {
    name: 'repository-broken-config',
    route: '/repos/:owner/:name/config',
    path: ({ broken }) => `/repos/${broken}/config`,
    heading: ({ broken }) => broken,
  },
  {
    name: 'repository-off',
    route: '/repos/:owner/:name',
    path: ({ off }) => `/repos/${off}`,
    heading: ({ off }) => off,
    answers: { viewer: 404 },
  },
  {
    name: 'branch',
    route: '/repos/:owner/:name/branches/*',
    path: ({ repository, branch }) => `/repos/${repository}/branches/${branch.split('/').map(encodeURIComponent).join('/')}`,
    heading: ({ branch }) => branch.slice(0, 20),
  },
  {
    name: 'repository-disconnect',
    route: '/repos/:owner/:name/disconnect',
    path: ({ repository }) => `/repos/${repository}/disconnect`,
    heading: 'Disconnect',
    answers: { viewer: 403 },
  },
  { name: 'repository-sync', route: '/repos/:owner/:name/sync', path: ({ repository }) => `/repos/${repository}/sync`, heading: '' },
  { name: 'triggers', route: '/triggers', path: () => '/triggers', heading: 'Triggers', answers: everybody },
  { name: 'trigger', route: '/triggers/:id', path: ({ trigger }) => `/triggers/${trigger}`, heading: ({ words }) => words.triggerName },
  { name: 'people', route: '/people', path: () => '/people', heading: 'People', answers: everybody },
  { name: 'tokens', route: '/tokens', path: () => '/tokens', heading: 'tokens', answers: everybody },
  { name: 'audit', route: '/audit', path: () => '/audit', heading: 'Audit', answers: everybody },
  { name: 'settings', route: '/settings', path: () => '/settings', heading: 'Settings', answers: everybody },
  { name: 'settings-admin', route: '/settings', path: () => '/settings', heading: 'Settings', as: 'boss', answers: everybody },
  { name: 'doctor', route: '/doctor', path: () => '/doctor', heading: '', as: 'boss', answers: administrators },
  { name: 'job', route: '/jobs/:id', path: ({ job }) => `/jobs/${job}`, heading: '', answers: { viewer: 404 } },
  { name: 'destinations', route: '/destinations', path: () => '/destinations', heading: 'Where steps send to', answers: everybody },
  { name: 'validation', route: '/validations/:id', path: ({ validation }) => `/validations/${validation}`, heading: '' },
  {
    name: 'attempt',
    route: '/runs/:id/attempts/:position/:number',
    path: ({ runs }) => `/runs/${runs.failed}/attempts/0/1`,
    heading: '',
    kind: 'part',
  },
  {
    name: 'payload',
    route: '/deliveries/:id/payload',
    path: ({ delivery }) => `/deliveries/${delivery}/payload`,
    heading: '',
    kind: 'part',
  },
];

/** Routes of pages that are none: ways to somewhere else, streams, and what only ever answers with a way. */
export const noPages: Readonly<Record<string, string>> = {
  '/live': 'the stream of fresh parts',
  '/auth/github': 'the way to GitHub',
  '/auth/callback': 'the way back from GitHub',
  '/setup': 'where GitHub sends people after an installation',
};
