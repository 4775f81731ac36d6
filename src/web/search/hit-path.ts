import type { SearchHit, SearchKind } from '../../http/schemas/search.ts';
import { withQuery } from '../kit/api-client.ts';
import { branchPath, changePath, deliveryPath, installationPath, projectPath, repositoryPath, runPath, watchPath } from '../kit/paths.ts';

const inRepository = (make: (fullName: string) => string, otherwise: string) => (hit: SearchHit) =>
  hit.repository === null ? otherwise : make(hit.repository);

/** Where each kind of thing has its page. */
const places: Record<SearchKind, (hit: SearchHit) => string> = {
  repository: inRepository((name) => repositoryPath(name), '/repositories'),
  project: ({ id }) => projectPath(id),
  installation: ({ id }) => installationPath(id),
  branch: (hit) => inRepository((name) => branchPath(name, hit.id), '/repositories')(hit),
  tag: inRepository((name) => repositoryPath(name, 'tags'), '/repositories'),
  watch: (hit) => inRepository((name) => watchPath(name, hit.id), '/repositories')(hit),
  run: ({ id }) => runPath(id),
  change: ({ id }) => changePath(id),
  delivery: ({ id }) => deliveryPath(id),
  ticket: ({ id }) => `/tickets/${id}`,
  trigger: ({ id }) => `/triggers/${id}`,
  secret: ({ id, repository }) => withQuery('/secrets', { name: id, repository: repository ?? undefined }),
  person: ({ id }) => withQuery('/people', { q: id }),
};

/** The page of what was found. */
export function hitPath(hit: SearchHit): string {
  return places[hit.kind](hit);
}

/** Where a search leads by itself: to the one thing that is exactly what was searched for. */
export function jumpOf(hits: readonly SearchHit[]): string | undefined {
  const exact = hits.filter((hit) => hit.exact);
  return exact.length === 1 ? hitPath(exact[0]!) : undefined;
}
