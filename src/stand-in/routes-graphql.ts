import { textField, type ApiAnswer, type ApiRequest, type Route } from './api-request.ts';
import { listRefs, readObjects, type Ref } from './git-repository.ts';
import { readCommits, readTag } from './git-history.ts';
import { GraphqlSyntaxError, parseQuery, type Field, type Selection } from './graphql-query.ts';
import { isoTime, nodeId, parseNodeId } from './payloads.ts';
import { placeOf } from './push-events.ts';
import { covers, findRepository, fullName, type Json, type Repository, type World } from './world.ts';

/** The part of GitHub's GraphQL that reads repositories and their refs. */
export const graphqlRoutes: Route<ApiRequest>[] = [{ method: 'POST', pattern: '/graphql', handle: answerQuery }];

/** A value whose fields are computed only when asked for; the field's arguments come along. */
interface Node {
  type: string;
  fields: Record<string, (args: Record<string, unknown>) => unknown>;
}

type Problem = { type?: string; path?: string[]; message: string };

async function answerQuery(request: ApiRequest): Promise<ApiAnswer> {
  const problems: Problem[] = [];
  try {
    const variables = (request.body['variables'] ?? {}) as Record<string, unknown>;
    const selection = parseQuery(textField(request.body, 'query') ?? '', variables);
    const data = await resolve(queryNode(request, problems), selection);
    return { body: problems.length > 0 ? { data, errors: problems } : { data } };
  } catch (error) {
    if (error instanceof GraphqlSyntaxError) return { body: { errors: [{ message: error.message }] } };
    throw error;
  }
}

async function resolve(node: Node, selection: Selection[]): Promise<Json> {
  const answer: Json = {};
  for (const item of selection) {
    if (item.kind === 'fragment') {
      if (item.on === null || item.on === node.type || interfaces.has(item.on)) Object.assign(answer, await resolve(node, item.selection));
    } else if (item.name === '__typename') {
      answer[item.alias] = node.type;
    } else {
      answer[item.alias] = await resolveField(node, item);
    }
  }
  return answer;
}

/** Fragments on these fit everything that has the fields. */
const interfaces = new Set(['Node', 'GitObject', 'RepositoryOwner', 'Actor']);

async function resolveField(node: Node, field: Field): Promise<unknown> {
  const read = Object.hasOwn(node.fields, field.name) ? node.fields[field.name] : undefined;
  if (!read) throw new GraphqlSyntaxError(`Field '${field.name}' doesn't exist on type '${node.type}'`);
  const value = await read(field.args);
  if (Array.isArray(value)) return Promise.all(value.map((item) => (isNode(item) ? resolve(item, field.selection) : item)));
  return isNode(value) ? resolve(value, field.selection) : value;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'fields' in value && 'type' in value;
}

function queryNode(request: ApiRequest, problems: Problem[]): Node {
  const { world } = request;
  const visible = (repository: Repository | undefined): Repository | undefined => {
    const { identity } = request;
    if (!repository || identity.kind !== 'installation' || !covers(identity.installation, repository)) return undefined;
    return !identity.repositoryIds || identity.repositoryIds.has(repository.id) ? repository : undefined;
  };
  const byId = (id: unknown): Node | null => {
    const found = visible(world.repositories.get(parseNodeId('R', String(id)) ?? -1));
    if (!found) problems.push({ type: 'NOT_FOUND', message: `Could not resolve to a node with the global id of '${String(id)}'` });
    return found ? repositoryNode(world, found) : null;
  };
  return {
    type: 'Query',
    fields: {
      repository: ({ owner, name }) => {
        const found = visible(findRepository(world, `${String(owner)}/${String(name)}`)?.repository);
        const message = `Could not resolve to a Repository with the name '${String(owner)}/${String(name)}'.`;
        if (!found) problems.push({ type: 'NOT_FOUND', path: ['repository'], message });
        return found ? repositoryNode(world, found) : null;
      },
      node: ({ id }) => byId(id),
      nodes: ({ ids }) => (Array.isArray(ids) ? ids.map(byId) : []),
      rateLimit: () => rateLimitNode(world),
    },
  };
}

function rateLimitNode(world: World): Node {
  const resetAt = isoTime(new Date(world.now().getTime() + 3_600_000));
  return { type: 'RateLimit', fields: { limit: () => 5000, cost: () => 1, remaining: () => 4999, used: () => 1, resetAt: () => resetAt } };
}

function repositoryNode(world: World, repository: Repository): Node {
  const ref = async (name: string): Promise<Node | null> => {
    const found = (await listRefs(placeOf(world, repository), name)).find((each) => each.name === name);
    return found ? refNode(world, repository, found) : null;
  };
  const owner: Node = {
    type: repository.owner.type,
    fields: { login: () => repository.owner.login, id: () => nodeId('O', repository.owner.id) },
  };
  return {
    type: 'Repository',
    fields: {
      id: () => nodeId('R', repository.id),
      databaseId: () => repository.id,
      name: () => repository.name,
      nameWithOwner: () => fullName(repository),
      owner: () => owner,
      isPrivate: () => repository.private,
      isArchived: () => repository.archived,
      isDisabled: () => false,
      isEmpty: async () => (await listRefs(placeOf(world, repository), '--count=1')).length === 0,
      pushedAt: () => isoTime(repository.pushedAt),
      url: () => `${world.url}/${fullName(repository)}`,
      defaultBranchRef: () => ref(`refs/heads/${repository.defaultBranch}`),
      ref: ({ qualifiedName }) => ref(String(qualifiedName)),
      refs: (args) => refConnection(world, repository, args),
    },
  };
}

async function refConnection(world: World, repository: Repository, args: Record<string, unknown>): Promise<Node> {
  const prefix = textField(args, 'refPrefix') ?? 'refs/';
  const first = args['first'];
  if (typeof first !== 'number' || first < 1 || first > 100) {
    throw new GraphqlSyntaxError('You must provide a `first` value between 1 and 100 to properly paginate the `refs` connection.');
  }
  const refs = await listRefs(placeOf(world, repository), prefix);
  const after = typeof args['after'] === 'string' ? Buffer.from(args['after'], 'base64').toString() : undefined;
  // The cursor is the name, so that a ref made or deleted between two pages shifts nothing.
  const rest = after === undefined ? refs : refs.filter(({ name }) => Buffer.compare(Buffer.from(name), Buffer.from(after)) > 0);
  const page = rest.slice(0, first);
  const last = page.at(-1);
  const endCursor = last ? Buffer.from(last.name).toString('base64') : null;
  const nodes = page.map((ref) => refNode(world, repository, { ...ref, prefix }));
  const info: Node = {
    type: 'PageInfo',
    fields: {
      hasNextPage: () => rest.length > page.length,
      hasPreviousPage: () => after !== undefined,
      endCursor: () => endCursor,
    },
  };
  const edges = nodes.map((node): Node => ({ type: 'RefEdge', fields: { node: () => node } }));
  return {
    type: 'RefConnection',
    fields: { nodes: () => nodes, edges: () => edges, totalCount: () => refs.length, pageInfo: () => info },
  };
}

function refNode(world: World, repository: Repository, ref: Ref & { prefix?: string }): Node {
  const prefix = ref.prefix ?? ref.name.slice(0, ref.name.indexOf('/', 'refs/'.length) + 1);
  return {
    type: 'Ref',
    fields: {
      id: () => nodeId('REF', `${repository.id}:${ref.name}`),
      name: () => ref.name.slice(prefix.length),
      prefix: () => prefix,
      target: () => objectNode(world, repository, { sha: ref.sha, type: ref.type }),
    },
  };
}

const objectTypes: Record<string, string> = { commit: 'Commit', tag: 'Tag', tree: 'Tree', blob: 'Blob' };

function objectNode(world: World, repository: Repository, object: { sha: string; type: string }): Node {
  const place = placeOf(world, repository);
  const commit = async (): Promise<{ message: string; date: string } | null> => {
    const [found] = await readCommits(place, [object.sha]);
    return found ? { message: found.message, date: isoTime(found.committer.date) } : null;
  };
  const target = async (): Promise<Node | null> => {
    const tag = await readTag(place, object.sha);
    const [found] = tag ? await readObjects(place, [tag.object]) : [];
    return found ? objectNode(world, repository, found) : null;
  };
  return {
    type: objectTypes[object.type] ?? 'Commit',
    fields: {
      oid: () => object.sha,
      abbreviatedOid: () => object.sha.slice(0, 7),
      message: async () => (await commit())?.message,
      committedDate: async () => (await commit())?.date,
      target,
    },
  };
}
