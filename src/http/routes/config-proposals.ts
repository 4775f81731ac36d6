import { createHash } from 'node:crypto';
import { personOf, readPlace } from '../act-for-requester.ts';
import type { Api, RouteContext } from '../api.ts';
import { auditRequest } from '../audit-request.ts';
import { unwrap } from '../problem.ts';
import { requesterOf } from '../requester.ts';
import { repositoryParams } from '../schemas/common.ts';
import { configProposal, configProposalBody } from '../schemas/config-proposal.ts';
import { idempotencyHeaders } from '../schemas/github-issue.ts';
import { problems } from '../schemas/problem.ts';

/** The same text goes to the same branch, so that asking again finds the pull request that is open. */
function nameBranch(content: string): string {
  return `repowatch/config-${createHash('sha256').update(content).digest('hex').slice(0, 8)}`;
}

/** Proposing the configuration file on GitHub: a branch, a commit, a pull request. */
export function addConfigProposalRoutes(api: Api, context: RouteContext): void {
  api.post(
    '/repos/:owner/:name/config/proposals',
    {
      config: { access: { right: 'write', on: 'repository' } },
      schema: {
        summary:
          'Open a pull request on GitHub with a version of the configuration file; the open one of the same branch is the answer when there is one',
        tags: ['configuration'],
        params: repositoryParams,
        headers: idempotencyHeaders,
        body: configProposalBody,
        response: {
          200: configProposal.describe('It was open already'),
          201: configProposal,
          ...problems(404, 409, 413, 415, 422, 502, 503),
        },
      },
    },
    async (request, reply) => {
      const place = await readPlace(context, request.params);
      const { content, base_sha: baseSha, title, message: body, draft, branch = nameBranch(content) } = request.body;
      const key = request.headers['idempotency-key'];
      const outputs = unwrap(
        await context.actions.github.propose({
          repositoryId: place.id,
          content,
          baseSha,
          title,
          body,
          draft,
          branch,
          postedFor: personOf(request),
          key: key === undefined ? undefined : `${requesterOf(request).login} ${key}`,
        }),
      );
      const proposal = configProposal.parse(outputs);
      await auditRequest(context.db, request, {
        action: 'config.proposed',
        target: { kind: 'repository', id: place.id, name: place.fullName },
        installationId: place.installationId,
        repositoryId: place.id,
        after: { number: proposal.number, url: proposal.url, branch, commit_sha: proposal.commit_sha },
      });
      return reply.code(proposal.existing ? 200 : 201).send(proposal);
    },
  );
}
