import type { Installation, Json, Repository, World } from './world.ts';

/** Who asks: the App itself (by JWT), one of its installations (by token), or nobody. */
export type Identity =
  | { kind: 'app' }
  | {
      kind: 'installation';
      installation: Installation;
      repositoryIds: Set<number> | null;
      permissions: Record<string, string>;
      token: string;
    }
  | { kind: 'nobody' };

/** One API request as the routes see it. */
export interface ApiRequest {
  world: World;
  identity: Identity;
  method: string;
  /** Absolute URL as asked, for paging links. */
  url: URL;
  accept: string;
  body: Json;
  /** The value of a `:name` or `*` part of the route's pattern, percent-decoded. */
  param(name: string): string;
}

/** A request below `/repos/:owner/:repo`, whose repository was found and may be seen. */
export interface RepositoryRequest extends ApiRequest {
  repository: Repository;
}

/** What a route answers; `raw` goes out as it is. */
export interface ApiAnswer {
  status?: number;
  body?: unknown;
  raw?: Buffer;
  headers?: Record<string, string>;
}

/** One line of the route tables. */
export interface Route<Request> {
  method: string;
  /** `:name` is one part of the path, a last `*` takes the rest. */
  pattern: string;
  /** What the installation must have been granted, like `checks:write`; one of several with ` or ` between them. */
  permission?: string;
  handle(request: Request): ApiAnswer | Promise<ApiAnswer>;
}

/** An answer that is not the wanted one, in GitHub's shape. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly extra: Json;
  constructor(status: number, message: string, options: { headers?: Record<string, string>; extra?: Json } = {}) {
    super(message);
    this.name = 'ApiProblem';
    this.status = status;
    this.headers = options.headers ?? {};
    this.extra = options.extra ?? {};
  }
}

/** The answer to what does not exist or must not be seen; GitHub makes no difference. */
export function notFound(): ApiProblem {
  return new ApiProblem(404, 'Not Found');
}

/** The answer to a body or parameter that GitHub refuses. */
export function unprocessable(message: string): ApiProblem {
  return new ApiProblem(422, message);
}

/** The answer of the refs and commits endpoints for a repository without commits (handbook C19). */
export function emptyRepository(): ApiProblem {
  return new ApiProblem(409, 'Git Repository is empty.');
}

/** One page of a list with its `Link` header, by `page` and `per_page` (30, at most 100). */
export function paginate<T>(request: ApiRequest, items: T[]): { items: T[]; headers: Record<string, string> } {
  const { perPage, page } = pageOf(request);
  const last = Math.max(1, Math.ceil(items.length / perPage));
  return { items: items.slice((page - 1) * perPage, page * perPage), headers: pageLinks(request, page, last) };
}

/** The page asked for. */
export function pageOf(request: ApiRequest): { page: number; perPage: number } {
  const read = (name: string, fallback: number): number => {
    const value = Number(request.url.searchParams.get(name) ?? fallback);
    return Number.isInteger(value) && value > 0 ? value : fallback;
  };
  return { page: read('page', 1), perPage: Math.min(100, read('per_page', 30)) };
}

function pageLinks(request: ApiRequest, page: number, last: number): Record<string, string> {
  const links: [string, number][] = [];
  if (page > 1) links.push(['prev', page - 1]);
  if (page < last) links.push(['next', page + 1], ['last', last]);
  if (page > 1) links.push(['first', 1]);
  return linkHeader(links.map(([rel, number]) => [rel, linkTo(request, { page: String(number) })]));
}

/** The request's own URL with other parameters. */
export function linkTo(request: ApiRequest, parameters: Record<string, string>): string {
  const url = new URL(request.url);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** A `Link` header, or none. */
export function linkHeader(links: [string, string][]): Record<string, string> {
  return links.length === 0 ? {} : { Link: links.map(([rel, url]) => `<${url}>; rel="${rel}"`).join(', ') };
}

/** A text field of a JSON body. */
export function textField(body: Json, name: string): string | undefined {
  const value = body[name];
  return typeof value === 'string' ? value : undefined;
}
