import type { FastifyInstance } from 'fastify';
import { RepoWatchError } from '../core/errors.ts';

/** How deep lists and objects of a body may lie in each other. */
const maxDepth = 100;

/** What is wrong with a value that arrived as JSON, wherever it lies: what no column can hold, and what nobody can have meant. */
function findFlaw(value: unknown, path: string, depth = 0): { path: string; message: string } | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : { path, message: 'has a character that no text may have' };
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= maxDepth) return { path: '', message: `is nested deeper than ${maxDepth} levels` };
  for (const [name, inner] of Object.entries(value)) {
    const place = path === '' ? name : `${path}.${name}`;
    const flaw = isStorable(name)
      ? findFlaw(inner, place, depth + 1)
      : { path, message: 'has a key with a character that no text may have' };
    if (flaw) return flaw;
  }
  return undefined;
}

/** Postgres holds neither NUL nor half a character. */
function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** Refuses what cannot be stored before any handler sees it: NUL and lone surrogates in bodies, queries and addresses, and endless nesting. */
export function addBodyRules(app: FastifyInstance): void {
  app.addHook('preValidation', async ({ body, query, params }) => {
    if (findFlaw(params, '') !== undefined) throw new RepoWatchError('not_found', 'There is no such thing: its name cannot be one.');
    const flaw = findFlaw(query, '') ?? findFlaw(body, '');
    if (flaw === undefined) return;
    const { path, message } = flaw;
    throw new RepoWatchError('request_invalid', `The request is not valid: ${path === '' ? 'it' : path} ${message}.`, { details: [flaw] });
  });
}
