import type { AttemptContext } from '../actions/action.ts';
import { destinationAllowed } from '../core/destinations.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { isRepoWatchError, RepoWatchError } from '../core/errors.ts';
import { createId } from '../core/ids.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { findRepositoryById } from '../mirror/find-repository.ts';
import { createMasker } from '../vault/masking.ts';
import type { Context } from './context.ts';
import { factsOf } from './ticket-requests.ts';

/** What a connection to Jira turned out to be. */
export interface ConnectionReport {
  url: string;
  flavor: string;
  account: string;
  expires_at: string | null;
  /** Set when the token has ended or ends within 30 days. */
  warning: string | null;
}

const timeoutMs = 15_000;

/** Asks Jira who the connection in a secret belongs to, as a step of the repository would (handbook K6). */
export async function testTicketConnection(
  context: Context,
  { repositoryId, connection: name }: { repositoryId: string; connection: string },
): Promise<Outcome<ConnectionReport, ErrorCode>> {
  const repository = await findRepositoryById(context.db, repositoryId);
  const kind = context.actions.find('jira');
  if (!repository || !kind) return failed('not_found', `There is no repository ${repositoryId}.`);
  const owner = { installationId: repository.installationId, repositoryId };
  let secret: { value: string; destinations: string[] | null } | undefined;
  try {
    secret = (await context.secrets.reveal(owner, [name])).get(name);
  } catch (error) {
    if (isRepoWatchError(error)) return failed(error.code, error.message);
    throw error;
  }
  if (!secret)
    return failed(
      'secret_not_found',
      `There is no secret ${name} that ${repository.fullName} may use. Set it with PUT /api/secrets/${name}.`,
    );
  const { value, destinations } = secret;
  const attempt: AttemptContext<unknown> = {
    input: kind.schema.parse({ connection: name, test: true }),
    idempotencyKey: createId(),
    attempt: 1,
    signal: AbortSignal.timeout(timeoutMs),
    timeoutMs,
    facts: factsOf(repository),
    env: {},
    secrets: { [name]: value },
    machines: {},
    steps: {},
    checkDestination(url) {
      if (destinationAllowed(destinations, url)) return;
      throw new RepoWatchError(
        'secret_destination_not_allowed',
        `The secret ${name} may not be sent to ${url.host}. An admin can allow it with PUT /api/secrets/${name}.`,
      );
    },
    mask: createMasker([value]),
    now: () => context.clock.now(),
  };
  const outcome = await context.actions.attempt(kind, attempt);
  if (outcome.result === 'failed') return failed(outcome.code, outcome.message);
  return ok(outcome.outputs as unknown as ConnectionReport);
}
