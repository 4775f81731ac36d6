import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Db } from '../db/connect.ts';
import { findPresentName } from './read/repositories.ts';

/** The routes below a repository's name. */
const prefix = '/api/repos/:owner/:name';

/**
 * Answers a request under a repository's former name with its present address, as GitHub does: 301 for reading, and 308 for writing,
 * which keeps method and body. A name that another repository has taken leads there.
 */
export function createRenameRedirect(db: Db): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
  return async (request, reply) => {
    const route = request.routeOptions.url ?? '';
    if (route !== prefix && !route.startsWith(`${prefix}/`)) return undefined;
    const { owner, name } = request.params as { owner: string; name: string };
    const fullName = `${owner}/${name}`;
    if (fullName.includes('\0')) return undefined;
    const present = await findPresentName(db, fullName);
    if (present === undefined || present.toLowerCase() === fullName.toLowerCase()) return undefined;
    const [, , , , , ...rest] = request.url.split('/');
    const query = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : '';
    const path = ['/api/repos', ...present.split('/').map(encodeURIComponent), ...rest.map((part) => part.split('?', 1)[0]!)].join('/');
    const url = `${path}${query}`;
    const reading = request.method === 'GET' || request.method === 'HEAD';
    return await reply
      .code(reading ? 301 : 308)
      .header('location', url)
      .type('application/json')
      .send(JSON.stringify({ message: `${fullName} is called ${present} now`, url }));
  };
}
