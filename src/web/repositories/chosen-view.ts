import type { FastifyRequest } from 'fastify';
import { findCookie } from '../../http/identify.ts';
import type { Site } from '../kit/site.ts';

/** How the list of repositories can be shown. */
const listViews = ['cards', 'table'] as const;
export type ListView = (typeof listViews)[number];

const cookie = 'repowatch_repositories';
const yearSeconds = 365 * 86_400;

function askedFor(request: FastifyRequest): ListView | undefined {
  const { view } = request.query as Record<string, unknown>;
  return listViews.find((word) => word === view);
}

/** How this browser wants the list: as the address says, else as it was chosen last. */
export function chosenView(request: FastifyRequest): ListView {
  const remembered = findCookie(request, cookie);
  return askedFor(request) ?? listViews.find((word) => word === remembered) ?? 'cards';
}

/** Remembers in the browser what an address of this page chose. */
export function rememberView({ app, publicUrl }: Site, path: string): void {
  const secure = publicUrl?.startsWith('https:') === true ? '; Secure' : '';
  app.addHook('preHandler', async (request, reply) => {
    const view = request.routeOptions.url === path ? askedFor(request) : undefined;
    if (view !== undefined)
      void reply.header('set-cookie', `${cookie}=${view}; Path=/; Max-Age=${yearSeconds}; HttpOnly; SameSite=Lax${secure}`);
  });
}
