import type { Api, RouteContext } from '../api.ts';
import { auditRequest } from '../audit-request.ts';
import { found, unwrap } from '../problem.ts';
import { findJob } from '../read/jobs.ts';
import { requesterOf } from '../requester.ts';
import { problems } from '../schemas/problem.ts';
import { keyReportSchema, keyRotationSchema } from '../schemas/secret.ts';

const tags = ['secrets'];

/** The keys that secrets are encrypted with: how they stand, and moving everything to the current one. */
export function addSecretKeyRoutes(api: Api, { db, actions }: RouteContext): void {
  api.get(
    '/secrets/rotate-key',
    {
      config: { access: { right: 'administer', on: 'everything' } },
      schema: {
        summary: 'Say how many encrypted values hang on each key of SECRETS_KEY, and which key can be removed',
        tags,
        response: { 200: keyReportSchema, ...problems(403) },
      },
    },
    async () => await actions.secrets.readKeys(),
  );
  api.post(
    '/secrets/rotate-key',
    {
      config: { access: { right: 'administer', on: 'everything' } },
      schema: {
        summary: 'Encrypt everything with the current key of SECRETS_KEY, as a job',
        tags,
        response: { 202: keyRotationSchema, ...problems(403, 409) },
      },
    },
    async (request, reply) => {
      const { jobId } = unwrap(await actions.secrets.rotateKey(requesterOf(request).login));
      const keys = await actions.secrets.readKeys();
      await auditRequest(db, request, {
        action: 'secrets_key.rotated',
        target: { kind: 'job', id: jobId, name: `key ${keys.current}` },
        installationId: null,
        after: { key: keys.current, remaining: keys.remaining },
      });
      return reply.code(202).send({ job: found(await findJob(db, jobId), `job ${jobId}`), keys });
    },
  );
}
