import { randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Requester } from '../people/requester.ts';

/** The header that names a call which a page of ours makes to the REST side within this process. */
export const innerCallHeader = 'x-repowatch-inner-call';

/**
 * Calls that pages make to the REST side for somebody they have identified already. Each has a key that nobody outside can guess and that
 * is worth nothing once the call is over; so the REST side judges it by the same rules, and nobody is identified twice.
 */
export class InnerCalls {
  readonly #open = new Map<string, Requester>();

  /** Makes one call as this requester; `call` gets the header's value. */
  async during<Answer>(requester: Requester, call: (key: string) => Promise<Answer>): Promise<Answer> {
    const key = randomBytes(18).toString('base64url');
    this.#open.set(key, requester);
    try {
      return await call(key);
    } finally {
      this.#open.delete(key);
    }
  }

  /** Who makes this call; undefined for every request that came through the door. */
  find(request: FastifyRequest): Requester | undefined {
    const key = request.headers[innerCallHeader];
    return typeof key === 'string' ? this.#open.get(key) : undefined;
  }
}
