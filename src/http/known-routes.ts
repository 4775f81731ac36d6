import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RepoWatchError } from '../core/errors.ts';
import type { Access } from './access.ts';
import { pathOf } from './problem.ts';

/** A route as it was declared. */
export interface KnownRoute {
  method: string;
  url: string;
  /** What it declares about who may use it. */
  access: Access | undefined;
}

function patternOf(url: string): RegExp {
  const source = url.replace(/[.+^$()|[\]\\]/g, '\\$&').replace(/:[A-Za-z_]+/g, '[^/]+');
  return new RegExp(`^${source.replaceAll('*', '.*')}$`);
}

/** Collects every route that is added from here on. */
export function collectRoutes(app: FastifyInstance): KnownRoute[] {
  const routes: KnownRoute[] = [];
  app.addHook('onRoute', ({ config, method, url }) => {
    for (const one of Array.isArray(method) ? method : [method]) routes.push({ method: one, url, access: config?.access });
  });
  return routes;
}

/** Answers people who came to an address that does not exist. */
export type NotFoundPage = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** A browser that goes somewhere, not a program that asks. */
function wantsPage({ method, headers }: FastifyRequest): boolean {
  return (method === 'GET' || method === 'HEAD') && /\btext\/html\b/.test(headers.accept ?? '');
}

/** Answers what no route takes: 405 with `Allow` where the path exists, else 404; with a page for people, where there is one. */
export function createNotFoundHandler(routes: readonly KnownRoute[], findPage: () => NotFoundPage | undefined = () => undefined) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const page = findPage();
    if (page !== undefined && wantsPage(request)) return await page(request, reply);
    const path = pathOf(request);
    const methods = routes.filter((route) => patternOf(route.url).test(path)).map((route) => route.method);
    if (methods.length === 0)
      throw new RepoWatchError('not_found', 'There is nothing at this address. /api/openapi.json lists what there is.');
    const allow = [...new Set(methods)].join(', ');
    void reply.header('allow', allow);
    throw new RepoWatchError('method_not_allowed', `This address takes ${allow}, not ${request.method}.`);
  };
}
