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

/** The branch as a part of a path. */
export const branch = ({ branch: name }: TenantThings) => encodeURIComponent(name);
const everybody = { viewer: 200, stranger: 200, rival: 200 } as const;
/** For pages that span the whole server. */
export const administrators = { viewer: 403, stranger: 403, rival: 403 } as const;

/**
 * Every page: a new one gets a line here, and with it its pictures, its checks in the browser (axe, layout, what it loads, what hostile
 * texts do to it) and its checks without one (who is answered what, and that nothing leaks).
 */
export const pageList: readonly PageRow[] = [
  { name: 'login', route: '/login', path: () => '/login', heading: 'Sign in', kind: 'open', as: 'visitor' },
  { name: 'overview', route: '/', path: () => '/', heading: 'Overview', answers: everybody },
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
