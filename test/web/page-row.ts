import type { TenantThings } from './tenant.ts';
import type { Role } from './web-world.ts';

/** What somebody is answered. */
type Status = 200 | 303 | 403 | 404;

/** A text that may depend on the tenant. */
type OfTenant = string | ((things: TenantThings) => string);

/** What is expected of a page, or of a part of one that is loaded later. */
export interface PageRow {
  /** The name of its pictures: lower case and hyphens. */
  name: string;
  /** As the server declares it. */
  route: string;
  /** Where it is for a tenant. */
  path: (things: TenantThings) => string;
  /** What the first heading says, or a part of it. */
  heading: OfTenant;
  /** Who looks at it; the owner of the tenant, when nothing is said. */
  as?: Role;
  /** What others are answered; 200 for `viewer` and 404 for those who may not know of it, when nothing is said. A list is 200 for everybody. */
  answers?: Partial<Record<'viewer' | 'stranger' | 'rival', Status>>;
  /** `part`: loaded into a page, so that it has no heading and no frame of its own. `open`: for whoever has not signed in. */
  kind?: 'page' | 'part' | 'open';
}

type More = Partial<Pick<PageRow, 'as' | 'answers' | 'kind' | 'heading'>> & { query?: OfTenant };

/** A page that everybody may ask for, and whose rows are those that they may see. `name?query` is not needed: `query` says it. */
export function list(name: string, route: string, more: More & { heading: OfTenant }): PageRow {
  const { query = '', ...rest } = more;
  return { name, route, path: (things) => route + textOf(query, things), answers: { viewer: 200, stranger: 200, rival: 200 }, ...rest };
}

/** A page that spans the whole server: for administrators. */
export function wholeServer(name: string, route: string, heading: string): PageRow {
  return list(name, route, { heading, as: 'boss', answers: { viewer: 403, stranger: 403, rival: 403 } });
}

/** Pages below a thing: `part` is what their route adds, with `:key` and the like filled in by `path`. */
export function below(route: string, start: (things: TenantThings) => string, heading: OfTenant) {
  return (name: string, part = '', more: More & { path?: OfTenant } = {}): PageRow => {
    const { query = '', path = part, ...rest } = more;
    return { name, route: route + part, path: (things) => start(things) + textOf(path, things) + textOf(query, things), heading, ...rest };
  };
}

function textOf(text: OfTenant, things: TenantThings): string {
  return typeof text === 'string' ? text : text(things);
}
