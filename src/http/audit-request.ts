import type { FastifyRequest } from 'fastify';
import type { Db } from '../db/connect.ts';
import { recordAudit, type AuditEntry } from '../people/audit.ts';
import { createFinder, type Thing } from './find-resource.ts';
import { requesterOf } from './requester.ts';

/** What a request has done; who and which request is known from it. */
export type Done = Omit<AuditEntry, 'by' | 'requestId'>;

/** Writes down what a request has done. */
export async function auditRequest(db: Db, request: FastifyRequest, done: Done): Promise<void> {
  await recordAudit(db, { by: requesterOf(request), requestId: request.id, ...done });
}

/** Writes down what a request has done to a thing by our id; whose the thing is, is looked up. */
export async function auditThing(
  db: Db,
  request: FastifyRequest,
  done: { action: string; thing: Exclude<Thing, 'repository'>; id: string; before?: unknown; after?: unknown },
): Promise<void> {
  const { thing, id, action, before, after } = done;
  const found = await createFinder(db)(thing, { id });
  const resource = found === 'malformed' ? undefined : found.resource;
  const { installation = null, repository = null } = typeof resource === 'object' ? resource : {};
  await auditRequest(db, request, {
    action,
    target: { kind: thing, id },
    installationId: installation,
    repositoryId: repository,
    before,
    after,
  });
}
