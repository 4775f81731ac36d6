import type { FastifyRequest } from 'fastify';
import { RepoWatchError } from '../core/errors.ts';
import { readReturnPath } from '../flow/begin-installation.ts';
import { refuseOtherSite } from '../http/own-page.ts';
import { liveHeader, liveKey } from './kit/live-reading.ts';
import { pageRoute } from './kit/pages.ts';
import type { Site } from './kit/site.ts';
import { digestNews } from './live.ts';
import { openEventStream, type EventStream } from './event-stream.ts';

/** Reads the fresh parts of a page as whoever holds this cookie; undefined when the page is not for them, or not any more. */
async function readParts(site: Site, of: string, { headers, ip }: FastifyRequest): Promise<string | undefined> {
  const {
    statusCode,
    payload,
    headers: reply,
  } = await site.app.inject({
    method: 'GET',
    url: of,
    remoteAddress: ip,
    headers: { cookie: headers.cookie ?? '', host: headers.host ?? 'localhost', [liveHeader]: liveKey },
  });
  // Only a page that knows what it is asked for: no file, no answer of the REST side.
  if (statusCode === 200) return reply[liveHeader] === undefined ? undefined : payload;
  if (statusCode >= 500) throw new Error(`${of} answered ${statusCode}.`);
  return undefined;
}

/**
 * The page that a stream is about: a path of this site that is no stream itself, which would never be read to its end. It begins with plain
 * letters, as all pages do: `/%6cive` is read as `/live` by the router, too.
 */
function readTarget(request: FastifyRequest): string {
  const { of } = request.query as Record<string, unknown>;
  const path = typeof of === 'string' ? readReturnPath(of) : undefined;
  if (path === undefined || !/^\/(?!(?:live|api)(?:[/?]|$))[a-z-]*(?:[/?]|$)/.test(path))
    throw new RepoWatchError('request_invalid', 'The query names no page of this server. Use of=/ and so on.');
  return path;
}

/**
 * True when the page was made with these very parts. Once it has heard of others, which the browser tells by the number of the last event when it
 * comes back, what it was made with says nothing any more.
 */
function isShown({ headers, query }: FastifyRequest, first: string): boolean {
  const { have } = query as Record<string, unknown>;
  return headers['last-event-id'] === undefined && have === digestNews(first);
}

function requireRoom({ hub }: Site, place: { key: string; who: string }): void {
  if (!hub.hasRoom(place)) throw new RepoWatchError('page_busy', 'Too many pages are live at once. Close some of them.');
}

/** Adds the stream by which an open page hears what has become of its parts. Rights are asked again at every reading. */
export function addLiveRoute(site: Site): void {
  const streams = new Set<EventStream>();
  site.app.get('/live', { ...pageRoute, config: { stream: true, access: 'page' }, exposeHeadRoute: false }, async (request, reply) => {
    const { session, requester } = await site.door.require(request);
    refuseOtherSite(request);
    const of = readTarget(request);
    const place = { key: `${session.id} ${of}`, who: requester.userId ?? session.id };
    requireRoom(site, place);
    const first = await readParts(site, of, request);
    if (first === undefined) throw new RepoWatchError('not_found', 'There is no such page for you. Load it again.');
    // Others came while it was read.
    requireRoom(site, place);
    void reply.hijack();
    let stop: () => void = () => undefined;
    const stream = openEventStream(reply, () => {
      stop();
      streams.delete(stream);
    });
    streams.add(stream);
    stop = site.hub.subscribe(
      { ...place, read: async () => await readParts(site, of, request) },
      { hear: (fragment) => stream.send(fragment), end: () => stream.end() },
      isShown(request, first) ? first : undefined,
    );
    return reply;
  });
  site.app.addHook('preClose', async () => {
    site.hub.close();
    for (const stream of streams) stream.end();
  });
}
