import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { RouteContext } from './api.ts';
import { auditRequest } from './audit-request.ts';
import { found, unwrap } from './problem.ts';
import { findRepositoryPlace } from './read/repository-place.ts';
import { requesterOf } from './requester.ts';

/** What a request wants done on GitHub. */
interface Wish<Answer> {
  /** The action kind that does it. */
  kind: string;
  input: Record<string, unknown>;
  /** What it is called in the audit log: `issue.opened`. */
  action: string;
  /** What the kind's outputs are read as. */
  answer: z.ZodType<Answer>;
  /** What of it is written down; without it number and address. */
  note?(outputs: Answer): Record<string, unknown>;
}

/** The repository that a request's path names, by our ids. */
export async function readPlace({ db }: RouteContext, { owner, name }: { owner: string; name: string }) {
  return found(await findRepositoryPlace(db, `${owner}/${name}`), `repository ${owner}/${name}`);
}

/** The login of the person who asks; undefined for ADMIN_TOKEN and tokens that are nobody's. */
export function personOf(request: FastifyRequest): string | undefined {
  const { userId, login } = requesterOf(request);
  return userId === null ? undefined : login;
}

/**
 * Does one thing on GitHub by an action kind for whoever asks, and writes down who it was: there it is the App that did it (handbook G7).
 * With the header Idempotency-Key it is done once, however often it is sent.
 */
export async function actForRequester<Answer>(context: RouteContext, request: FastifyRequest, wish: Wish<Answer>): Promise<Answer> {
  const place = await readPlace(context, request.params as { owner: string; name: string });
  const key = request.headers['idempotency-key'];
  const outputs = unwrap(
    await context.actions.github.act({
      repositoryId: place.id,
      kind: wish.kind,
      input: wish.input,
      postedFor: personOf(request),
      key: typeof key === 'string' ? `${requesterOf(request).login} ${key}` : undefined,
    }),
  );
  const answer = wish.answer.parse(outputs);
  const { number, url } = outputs;
  await auditRequest(context.db, request, {
    action: wish.action,
    target: { kind: 'repository', id: place.id, name: place.fullName },
    installationId: place.installationId,
    repositoryId: place.id,
    after: wish.note?.(answer) ?? { number, url },
  });
  return answer;
}
