import { catalogue, type ErrorCode } from './error-catalogue.ts';

/**
 * An expected failure that has to travel as an exception (through a library's callback, or up to an HTTP answer).
 * Carries a code of the catalogue; everything else thrown in this code base is a bug or a lost machine.
 */
export class RepoWatchError extends Error {
  readonly code: ErrorCode;
  readonly details: unknown;
  constructor(code: ErrorCode, message: string, options: { details?: unknown; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'RepoWatchError';
    this.code = code;
    this.details = options.details;
  }

  /** The HTTP status that the catalogue gives to this code. */
  get status(): number {
    return catalogue[this.code].status;
  }
}

/** True for our own expected failures, of this code when one is given. */
export function isRepoWatchError(error: unknown, code?: ErrorCode): error is RepoWatchError {
  return error instanceof RepoWatchError && (code === undefined || error.code === code);
}

/** A sentence for any thrown value; never a stack. */
export function describeError(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(describeError).join('; ');
  if (Error.isError(error)) return error.message || error.name;
  return String(error);
}
