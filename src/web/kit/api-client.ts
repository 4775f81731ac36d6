import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ErrorCode } from '../../core/error-catalogue.ts';
import { RepoWatchError } from '../../core/errors.ts';
import type { InnerCalls } from '../../http/inner-calls.ts';
import { innerCallHeader } from '../../http/inner-calls.ts';
import { requesterOf } from '../../http/requester.ts';
import type { Problem } from '../../http/schemas/problem.ts';

/** What the REST side said: a value, or a problem with its fields. */
export type Answer<Value> = { ok: true; status: number; value: Value } | { ok: false; status: number; problem: Problem };

/** A page of a list, as the REST side answers it. */
export interface ListAnswer<Item> {
  data: Item[];
  meta: { next: string | null; total?: number; total_is_at_least?: boolean };
}

/** How something is written. */
interface Send {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  body?: unknown;
  /** `Idempotency-Key`, `If-Match`, … */
  headers?: Record<string, string>;
}

/** The REST side, as whoever looks at the page: what they may not see is `not_found` here, too. Paths begin with `/api/`. */
export interface ApiClient {
  /** Reads; throws a RepoWatchError with the problem's code, which becomes the page that says so. */
  get<Value>(path: string): Promise<Value>;
  /** Reads what may not be there, or not be for them: undefined for 403 and 404. */
  find<Value>(path: string): Promise<Value | undefined>;
  /** Reads, and answers problems as values. */
  ask<Value>(path: string): Promise<Answer<Value>>;
  /** Writes, and answers problems as values. */
  send<Value>(wish: Send): Promise<Answer<Value>>;
}

/** A path with its query; what is undefined or empty is left out, lists are joined by commas. */
export function withQuery(path: string, query: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') search.set(name, String(value));
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

/** A problem as the error that the pages' error handler tells of. */
export function toError({ code, detail, errors }: Problem): RepoWatchError {
  return new RepoWatchError(code as ErrorCode, detail, errors && { details: errors });
}

/** Makes the client of one request. Whoever sent it must have been identified. */
export function createApiClient(app: FastifyInstance, inner: InnerCalls, request: FastifyRequest): ApiClient {
  const call = async <Value>(wish: Omit<Send, 'method'> & { method: Send['method'] | 'GET' }): Promise<Answer<Value>> => {
    const {
      statusCode: status,
      payload,
      headers,
    } = await inner.during(requesterOf(request), async (key) =>
      app.inject({
        method: wish.method,
        url: wish.path,
        remoteAddress: request.ip,
        headers: { ...wish.headers, host: request.headers.host ?? 'localhost', 'x-request-id': request.id, [innerCallHeader]: key },
        ...(wish.body !== undefined && { payload: wish.body as object }),
      }),
    );
    // A repository under its former name: what it is called now is asked once more.
    const moved = status === 301 || status === 308 ? headers.location : undefined;
    if (moved !== undefined && wish.path !== moved) return await call({ ...wish, path: moved });
    const value: unknown = payload === '' ? undefined : JSON.parse(payload);
    return status < 300 ? { ok: true, status, value: value as Value } : { ok: false, status, problem: value as Problem };
  };
  const ask = async <Value>(path: string) => await call<Value>({ method: 'GET', path });
  return {
    ask,
    send: call,
    async get<Value>(path: string) {
      const answer = await ask<Value>(path);
      if (answer.ok) return answer.value;
      throw toError(answer.problem);
    },
    async find<Value>(path: string) {
      const answer = await ask<Value>(path);
      if (answer.ok) return answer.value;
      if (answer.status === 403 || answer.status === 404) return undefined;
      throw toError(answer.problem);
    },
  };
}
