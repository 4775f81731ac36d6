import { z } from 'zod';
import { isSha } from '../changes/ref-change.ts';
import { failed, ok } from '../core/outcome.ts';
import type { RefKind } from '../core/statuses.ts';
import type { Read } from './ask.ts';
import type { GitHubClient } from './clients.ts';

/** What a batch tells of one repository. */
export type BatchedRefs =
  /** All its branches and tags, and the last push that GitHub knew of. A tag's sha is that of its tag object, as REST gives it (handbook C6). */
  | { result: 'refs'; pushedAt: Date | null; refs: { kind: RefKind; name: string; sha: string }[] }
  /** It has more refs of a kind than a batch carries, or an answer that is not understood: it has to be read alone. */
  | { result: 'alone' }
  /** GitHub gives nothing for this id: it is gone, or the App may not see it any more. */
  | { result: 'missing'; message: string };

/** The refs of several repositories, by node id, and when the request started (handbook D14). */
export interface RefsBatch {
  observedAt: Date;
  repositories: Map<string, BatchedRefs>;
}

/** GitHub ends a query after ten seconds: only names and heads are asked for (handbook D3). */
const query = `query ($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on Repository {
      pushedAt
      branches: refs(refPrefix: "refs/heads/", first: 100) { nodes { name target { oid } } pageInfo { hasNextPage } }
      tags: refs(refPrefix: "refs/tags/", first: 100) { nodes { name target { oid } } pageInfo { hasNextPage } }
    }
  }
}`;

const connectionSchema = z.object({
  nodes: z.array(z.object({ name: z.string().min(1), target: z.object({ oid: z.string().refine(isSha) }) })),
  pageInfo: z.object({ hasNextPage: z.boolean() }),
});
const repositorySchema = z.object({
  pushedAt: z.iso.datetime({ offset: true }).nullish(),
  branches: connectionSchema,
  tags: connectionSchema,
});
const answerSchema = z.object({ nodes: z.array(z.unknown()) });
const problemsSchema = z
  .array(z.object({ type: z.string().optional(), message: z.string().catch(''), path: z.array(z.unknown()).optional().catch(undefined) }))
  .catch([]);

type Problem = z.infer<typeof problemsSchema>[number];

/**
 * Reads the branches and tags of several repositories with one GraphQL query: about a hundredth of what REST costs (handbook
 * D2). What fails for one repository is said of it alone; `github_unavailable` for the whole asks for smaller batches.
 */
export async function readRefsBatch(client: GitHubClient, nodeIds: string[], observedAt: Date): Promise<Read<RefsBatch>> {
  const answer = await askNodes(client, nodeIds);
  if (!answer.ok) return answer;
  const { nodes, problems } = answer.value;
  if (nodes.length !== nodeIds.length)
    return failed('github_unavailable', `GitHub answered ${nodes.length} of ${nodeIds.length} repositories of a GraphQL query`);
  const repositories = new Map(nodeIds.map((id, index) => [id, readNode(nodes[index], findProblem(problems, index, id))]));
  return ok({ observedAt, repositories });
}

async function askNodes(client: GitHubClient, ids: string[]): Promise<Read<{ nodes: unknown[]; problems: Problem[] }>> {
  let data: unknown;
  let problems: Problem[] = [];
  try {
    data = await client.graphql(query, { ids });
  } catch (error) {
    // GraphQL answers 200 with `errors`, and often with everything that did work beside them.
    const { name, data: partial, errors } = error as { name?: unknown; data?: unknown; errors?: unknown };
    if (name !== 'GraphqlResponseError') throw error;
    problems = problemsSchema.parse(errors);
    if (problems.some(({ type }) => type === 'RATE_LIMITED')) throw error;
    data = partial;
  }
  const parsed = answerSchema.safeParse(data);
  if (parsed.success) return ok({ nodes: parsed.data.nodes, problems });
  const said = problems.map(({ message }) => message).join('; ') || 'the answer was cut off or is not what it should be';
  if (problems.some(({ type }) => type === 'FORBIDDEN')) return failed('github_forbidden', `GitHub refused a GraphQL query: ${said}`);
  return failed('github_unavailable', `GitHub could not answer a GraphQL query for ${ids.length} repositories: ${said}`.slice(0, 500));
}

function findProblem(problems: Problem[], index: number, id: string): string | undefined {
  return problems.find(({ path, message }) => (path?.[0] === 'nodes' && path[1] === index) || message.includes(id))?.message;
}

function readNode(node: unknown, problem: string | undefined): BatchedRefs {
  if (node === null)
    return { result: 'missing', message: problem ?? 'GitHub gives nothing for its id: it is gone, or the App may not see it' };
  const parsed = repositorySchema.safeParse(node);
  if (!parsed.success) return { result: 'alone' };
  const { branches, tags, pushedAt } = parsed.data;
  if (branches.pageInfo.hasNextPage || tags.pageInfo.hasNextPage) return { result: 'alone' };
  const list = (kind: RefKind, connection: typeof branches) =>
    connection.nodes.map(({ name, target }) => ({ kind, name, sha: target.oid }));
  return { result: 'refs', pushedAt: pushedAt ? new Date(pushedAt) : null, refs: [...list('branch', branches), ...list('tag', tags)] };
}
