import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { catalogue, type ErrorCode } from '../core/error-catalogue.ts';
import { describeError, isRepoWatchError, RepoWatchError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Outcome } from '../core/outcome.ts';
import { sqlState } from '../db/transaction.ts';
import { describeFieldMessage } from './field-message.ts';
import type { Problem } from './schemas/problem.ts';

/** One field that is wrong in a request. */
interface FieldError {
  path: string;
  message: string;
}

/** What a refusal says. */
export interface Refusal {
  code: ErrorCode;
  detail: string;
  instance: string;
  errors?: FieldError[];
}

/** The body of a refusal (RFC 9457). */
export function createProblem(docsUrl: string, { code, detail, instance, errors }: Refusal): Problem {
  const { status, title } = catalogue[code];
  const problem = { type: `${docsUrl}#${code}`, title, status, code, detail, instance };
  return errors === undefined ? problem : { ...problem, errors };
}

/** The value of an outcome; a failure leaves as an exception that the error handler turns into a problem. */
export function unwrap<T>(outcome: Outcome<T, ErrorCode>): T {
  if (outcome.ok) return outcome.value;
  const { code, message, details, retryAt } = outcome as typeof outcome & { retryAt?: Date };
  const known = details ?? (retryAt && { retryAt });
  throw new RepoWatchError(code, message, known === undefined ? {} : { details: known });
}

/** The value, or `not_found`. */
export function found<T>(value: T | undefined, what: string): T {
  if (value !== undefined) return value;
  throw new RepoWatchError('not_found', `There is no ${what}. Look at the list for what there is.`);
}

/** The path part of a request's address. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/';
}

/** What the router refuses by itself. */
const routerCodes: Record<number, ErrorCode> = {
  400: 'request_malformed',
  404: 'not_found',
  408: 'request_timeout',
  413: 'request_too_large',
  414: 'request_malformed',
  415: 'content_type_unsupported',
};

const routerDetails: Partial<Record<ErrorCode, string>> = {
  request_malformed: 'The request cannot be read. Send well-formed JSON, or no body at all.',
  request_too_large: 'The body is larger than 1 MiB, the limit of this address. Send less.',
  content_type_unsupported: 'This address takes application/json only. Send "Content-Type: application/json".',
};

interface Issue {
  instancePath: string;
  message?: string;
  params?: { keys?: unknown };
}

function fieldErrors(issues: readonly Issue[]): FieldError[] {
  return issues.flatMap(({ instancePath, message = 'is not valid', params }) => {
    const path = instancePath.split('/').filter(Boolean).join('.');
    if (!Array.isArray(params?.keys)) return [{ path, message: describeFieldMessage(message) }];
    return params.keys.map((key) => ({ path: [path, String(key)].filter(Boolean).join('.'), message: 'is not known here' }));
  });
}

function validationRefusal(error: FastifyError, instance: string): Refusal {
  const errors = fieldErrors(error.validation ?? []);
  if (error.validationContext === 'params' && errors.every(({ path }) => path === 'id')) {
    return { code: 'not_found', detail: 'There is no such thing: an id is a number.', instance };
  }
  const part = error.validationContext === 'querystring' ? 'query' : (error.validationContext ?? 'request');
  const fields = errors.map(({ path, message }) => `${path === '' ? part : path}: ${message}`).join('; ');
  return { code: 'request_invalid', detail: `The ${part} is not valid: ${fields}`, instance, errors };
}

/** True when the database is away, as opposed to a statement that it refused. */
function isDatabaseDown(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return state.startsWith('08') || state.startsWith('57') || state.startsWith('53');
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  const lost = /Connection terminated|Unable to acquire a connection/.test(error.message);
  return ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EPIPE'].includes(code) || error.name === 'KnexTimeoutError' || lost;
}

function refusalOf(error: unknown, instance: string): Refusal | undefined {
  if (isRepoWatchError(error)) {
    const errors = error.code === 'request_invalid' && Array.isArray(error.details) ? { errors: error.details as FieldError[] } : {};
    return { code: error.code, detail: error.message, instance, ...errors };
  }
  if (isDatabaseDown(error)) {
    return {
      code: 'database_unavailable',
      detail: 'Postgres cannot be reached at the moment. Try again shortly; /readyz says when.',
      instance,
    };
  }
  const { validation, statusCode, code } = error as FastifyError;
  if (validation !== undefined) return validationRefusal(error as FastifyError, instance);
  const known = routerCodes[statusCode ?? 500];
  if (known === undefined || !(code ?? '').startsWith('FST_')) return undefined;
  return { code: known, detail: routerDetails[known] ?? catalogue[known].title, instance };
}

/** What is waited when nobody said how long. Seconds. */
const usualWaits: Partial<Record<ErrorCode, number>> = { edit_busy: 1, idempotency_key_busy: 1, page_busy: 10, database_unavailable: 5 };

/** How long to wait before trying again: what the cause names (`retryAt`, `retryAfterSeconds`), else a usual time. Seconds. */
function waitOf(error: unknown, code: ErrorCode): number | undefined {
  const details = isRepoWatchError(error) && typeof error.details === 'object' ? (error.details as Record<string, unknown> | null) : null;
  const { retryAt, retryAfterSeconds } = details ?? {};
  if (typeof retryAfterSeconds === 'number') return Math.max(1, Math.ceil(retryAfterSeconds));
  if (retryAt instanceof Date) return Math.max(1, Math.ceil((retryAt.getTime() - Date.now()) / 1000));
  const { status, retryable } = catalogue[code];
  return usualWaits[code] ?? (retryable && (status === 429 || status === 503) ? 30 : undefined);
}

/** Turns everything thrown below a route into a problem; what nobody expected is logged and told to nobody. */
export function createErrorHandler(options: { docsUrl: string; log: Log }) {
  return async (error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const instance = pathOf(request);
    let refusal = refusalOf(error, instance);
    if (refusal === undefined) {
      const stack = error instanceof Error ? error.stack : undefined;
      options.log.error({ request: request.id, route: request.routeOptions.url, error: describeError(error), stack }, 'request failed');
      refusal = {
        code: 'internal_error',
        detail: `Something failed that should not. The log has it under request ${request.id}.`,
        instance,
      };
    }
    const problem = createProblem(options.docsUrl, refusal);
    if (problem.code === 'content_type_unsupported') void reply.header('accept', 'application/json');
    const wait = waitOf(error, refusal.code);
    if (wait !== undefined && !reply.hasHeader('retry-after')) void reply.header('retry-after', String(wait));
    // As text: the refusal must leave even where a route declares no schema for its status.
    return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  };
}
