import { RepoWatchError } from '../core/errors.ts';

/** The one error of the embedded Postgres: what happened, and what to do next. `cause` keeps what the server said. */
export function embeddedFailure(message: string, cause?: unknown): RepoWatchError {
  return new RepoWatchError('embedded_postgres_failed', message, cause === undefined ? {} : { cause });
}
