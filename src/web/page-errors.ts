import type { FastifyReply, FastifyRequest } from 'fastify';
import { catalogue, type ErrorCode } from '../core/error-catalogue.ts';
import { describeError, isRepoWatchError, RepoWatchError } from '../core/errors.ts';
import type { NotFoundPage } from '../http/known-routes.ts';
import { html } from './html.ts';
import { framedPage } from './kit/frame.ts';
import { viewOf } from './kit/pages.ts';
import type { Site } from './kit/site.ts';
import { blank } from './parts/blank.ts';
import { problemPage } from './sheet.ts';

const icons: Partial<Record<number, string>> = { 403: 'lock', 404: 'telescope', 409: 'git-merge-queue', 503: 'plug' };

/** People get a page inside the site's frame, or a line where a part of a page asked. */
export function createPageErrors(site: Site) {
  return async (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const expected = isRepoWatchError(error) ? error : undefined;
    const malformed = [413, 415].includes((error as { statusCode?: number }).statusCode ?? 0);
    const code: ErrorCode = expected?.code ?? (malformed ? 'request_malformed' : 'internal_error');
    if (code === 'internal_error') site.log.error({ request: request.id, error: describeError(error) }, 'page failed');
    const { status, title } = catalogue[code];
    const detail = expected?.message ?? `The log has more under request ${request.id}.`;
    void reply.code(status);
    // Escaped: htmx puts it into the page as markup.
    if (request.headers['hx-request'] !== undefined)
      return reply.type('text/html; charset=utf-8').send(html`<p class="tone-danger" role="alert">${title}: ${detail}</p>`.text);
    void reply.type('text/html; charset=utf-8');
    // Whoever has not signed in sees no frame: its menu is for people.
    if (request.requester === undefined) return reply.send(problemPage(site.assets, { title, detail }));
    const action = html`<a class="btn" href="/">Go to the overview</a>`;
    const body = blank({ icon: icons[status] ?? 'alert', title, text: detail, action, level: 1 });
    return reply.send(framedPage(site, viewOf(site, request), { title, body }));
  };
}

/** What people see at an address that does not exist; who has not signed in is not told what exists. */
export function createNotFoundPage(site: Site): NotFoundPage {
  const answer = createPageErrors(site);
  return async (request, reply) => {
    await site.door.find(request);
    const error = new RepoWatchError('not_found', 'There is nothing at this address. The menu and the search lead to what there is.');
    return await answer(error, request, reply);
  };
}
