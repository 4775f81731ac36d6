import { below, list, wholeServer, type PageRow } from './page-row.ts';

const repository = below(
  '/repos/:owner/:name',
  (tenant) => `/repos/${tenant.repository}`,
  (tenant) => tenant.repository,
);
const installation = below(
  '/installations/:id',
  (tenant) => `/installations/${tenant.installation}`,
  (tenant) => tenant.words.account,
);
const project = below(
  '/projects/:id',
  (tenant) => `/projects/${tenant.project}`,
  (tenant) => tenant.words.projectName.slice(0, 20),
);
const manager = { answers: { viewer: 403 } } as const;
const brokenPath = (part: string) => (tenant: { broken: string }) => `/repos/${tenant.broken}${part}`;
const runOf = (of: (runs: Record<'succeeded' | 'failed' | 'dead' | 'waiting' | 'cancelled' | 'script' | 'blocked', string>) => string) =>
  below('/runs/:id', ({ runs }) => `/runs/${of(runs)}`, 'Run')('');

/**
 * Every page: a new one gets a line here, and with it its pictures, its checks in the browser (axe, layout, what it loads, what hostile
 * texts do to it) and its checks without one (who is answered what, and that nothing leaks).
 */
export const pageList: readonly PageRow[] = [
  { name: 'login', route: '/login', path: () => '/login', heading: 'Sign in', kind: 'open', as: 'visitor' },
  list('overview', '/', { heading: 'Overview' }),
  list('overview-rates', '/overview/rates', { heading: 'Rates' }),
  list('overview-rates-part', '/overview/rates/part', { heading: '', kind: 'part' }),
  list('first-steps', '/first-steps', { heading: '', as: 'boss' }),
  list('search', '/search', { heading: 'Search', query: ({ words }) => `?q=${encodeURIComponent(words.branches[0].slice(0, 12))}` }),
  list('search-empty', '/search', { heading: 'Search' }),

  list('repositories', '/repositories', { heading: 'Repositories' }),
  list('repositories-table', '/repositories', { heading: 'Repositories', query: '?view=table' }),
  repository('repository'),
  repository('repository-branches', '/branches'),
  repository('repository-tags', '/tags'),
  repository('repository-watches', '/watches'),
  repository('repository-watch-why', '/watches', { query: '?why=docs' }),
  repository('repository-config', '/config'),
  repository('repository-runs', '/runs'),
  repository('repository-checks', '/checks'),
  repository('repository-hooks', '/hooks'),
  repository('repository-people', '/people'),
  repository('repository-github', '/github'),
  repository('repository-settings', '/settings'),
  repository('repository-disconnect', '/disconnect', { heading: 'Disconnect', ...manager }),
  repository('repository-sync', '/sync', { heading: '' }),
  below('/repos/:owner/:name', brokenPath(''), ({ broken }) => broken)('repository-broken'),
  below('/repos/:owner/:name', brokenPath(''), ({ broken }) => broken)('repository-broken-config', '/config'),
  below(
    '/repos/:owner/:name',
    ({ off }) => `/repos/${off}`,
    ({ off }) => off,
  )('repository-off', '', { answers: { viewer: 404 } }),
  repository('branch', '/branches/*', {
    path: ({ branch }) => `/branches/${branch.split('/').map(encodeURIComponent).join('/')}`,
    heading: ({ branch }) => branch.slice(0, 20),
  }),
  repository('editor', '/config/edit', { heading: '' }),
  repository('editor-new-watch', '/watches/new', { heading: '' }),
  repository('editor-watch', '/watches/:key', { path: '/watches/deploy', heading: '' }),
  below('/validations/:id', ({ validation }) => `/validations/${validation}`, '')('validation'),

  list('runs', '/runs', { heading: 'Runs' }),
  list('runs-failed', '/runs', { heading: 'Runs', query: '?status=failed' }),
  list('runs-none', '/runs', { heading: 'Runs', query: '?status=queued&watch=nothing-is-called-so' }),
  below('/runs/bulk', () => '/runs/bulk', '')('runs-bulk', '', {
    query: ({ repository: name }) => `?kind=redrive&repository=${encodeURIComponent(name)}`,
    ...manager,
  }),
  { ...runOf(({ succeeded }) => succeeded), name: 'run' },
  { ...runOf(({ failed }) => failed), name: 'run-failed' },
  { ...runOf(({ dead }) => dead), name: 'run-dead' },
  { ...runOf(({ waiting }) => waiting), name: 'run-waiting' },
  { ...runOf(({ script }) => script), name: 'run-script' },
  { ...runOf(({ blocked }) => blocked), name: 'run-blocked' },
  below('/runs/:id', ({ runs }) => `/runs/${runs.failed}`, '')('run-attempt', '/attempts/:position/:number', {
    path: '/attempts/0/1',
    kind: 'part',
  }),
  list('changes', '/changes', { heading: 'Changes' }),
  below('/changes/:id', ({ change }) => `/changes/${change}`, '')('change'),
  list('deliveries', '/deliveries', { heading: 'Deliveries' }),
  below('/deliveries/:id', ({ delivery }) => `/deliveries/${delivery}`, '')('delivery'),
  below('/deliveries/:id', ({ erroredDelivery }) => `/deliveries/${erroredDelivery}`, '')('delivery-errored'),
  below('/deliveries/:id', ({ ignoredDelivery }) => `/deliveries/${ignoredDelivery}`, '')('delivery-ignored'),
  below('/deliveries/:id', ({ delivery }) => `/deliveries/${delivery}`, '')('delivery-payload', '/payload', { heading: 'payload' }),
  below('/deliveries/:id', ({ delivery }) => `/deliveries/${delivery}`, '')('delivery-payload-part', '/payload/part', { kind: 'part' }),
  list('lanes', '/lanes', { heading: 'Lanes' }),
  list('lanes-blocked', '/lanes', { heading: 'Lanes', query: '?blocked=true' }),
  list('tickets', '/tickets', { heading: 'Tickets' }),
  below('/tickets/:id', ({ ticket }) => `/tickets/${ticket}`, '')('ticket'),

  list('projects', '/projects', { heading: 'repositories' }),
  list('project-new', '/projects/new', { heading: 'Add a project' }),
  list('project-import', '/projects/import', { heading: 'Import projects' }),
  project('project'),
  project('project-actions', '/actions'),
  project('project-action-new', '/actions/new', { heading: '', ...manager }),
  project('project-action', '/actions/:actionId', {
    path: ({ action }) => `/actions/${action}`,
    heading: ({ words }) => words.actionName.slice(0, 20),
  }),
  project('project-runs', '/runs'),
  project('project-secrets', '/secrets', manager),
  project('project-members', '/members', manager),
  project('project-integrations', '/integrations', manager),
  project('project-settings', '/settings', manager),

  list('installations', '/installations', { heading: 'Installations' }),
  list('installations-all', '/installations', { heading: 'Installations', as: 'boss' }),
  list('integrations', '/integrations', { heading: 'Integrations' }),
  installation('installation'),
  installation('installation-repositories', '/repositories'),
  installation('installation-permissions', '/permissions'),
  installation('installation-hooks', '/hooks', manager),
  installation('installation-settings', '/settings', manager),
  list('destinations', '/destinations', { heading: '' }),
  list('triggers', '/triggers', { heading: 'Triggers' }),
  below(
    '/triggers/:id',
    ({ trigger }) => `/triggers/${trigger}`,
    ({ words }) => words.triggerName,
  )('trigger'),
  list('secrets', '/secrets', { heading: 'Secrets' }),
  list('secret-new', '/secrets/new', { heading: 'Set a secret' }),
  wholeServer('secret-keys', '/secrets/keys', 'Encryption keys'),
  below('/secrets/:name', () => '/secrets/DEPLOYER', 'DEPLOYER')('secret', '', {
    query: ({ repository: name }) => `?scope=repository&repository=${encodeURIComponent(name)}`,
  }),

  list('people', '/people', { heading: 'People' }),
  list('tokens', '/tokens', { heading: 'tokens' }),
  list('audit', '/audit', { heading: 'Audit' }),

  wholeServer('recovery', '/recovery', 'Recovery'),
  list('budget', '/budget', { heading: 'Budget' }),
  wholeServer('doctor', '/doctor', ''),
  list('settings', '/settings', { heading: 'Settings' }),
  list('settings-admin', '/settings', { heading: 'Settings', as: 'boss' }),
  below('/jobs/:id', ({ job }) => `/jobs/${job}`, '')('job'),
];

/** Routes of pages that are none: ways to somewhere else, streams, and what only ever answers with a way. */
export const noPages: Readonly<Record<string, string>> = {
  '/live': 'the stream of fresh parts',
  '/auth/github': 'the way to GitHub',
  '/auth/callback': 'the way back from GitHub',
};
