import { z } from 'zod';
import { isSha, type Commit } from '../changes/ref-change.ts';
import { systemClock, type Clock } from '../core/clock.ts';
import { failed, ok } from '../core/outcome.ts';
import type { RefKind } from '../core/statuses.ts';
import { listCollaborators, type Collaborator } from './list-collaborators.ts';
import { listRepositoryWebhooks, type RepositoryWebhook } from './list-webhooks.ts';
import { ask, confirmAbsence, readOne, unlessMissing, type Read } from './ask.ts';
import type { Clients, GitHubClient } from './clients.ts';
import { readConditional } from './conditional.ts';
import { appSchema, installationSchema, repositorySchema } from './facts.ts';
import type { Purpose } from './purpose.ts';
import type { Mark } from './mark.ts';
import { nextParams, readPages } from './read-pages.ts';
import { readRefsBatch, type RefsBatch } from './read-refs-batch.ts';
import { readActivity, type Activity, type ActivityWish } from './read-activity.ts';
import { readCommit, readComparison, type ComparedHeads, type Comparison } from './read-comparison.ts';
import { readTree } from './read-tree.ts';
import { readTextFile, type TextFile } from './read-text-file.ts';
import { encodePath, repositoryRoute, type RepositoryPlace } from './repository-path.ts';
import type { AppFacts, InstallationFacts, RepositoryFacts } from './translation.ts';

/** A branch and its head. */
interface BranchHead {
  name: string;
  sha: string;
  protected: boolean;
}

/** A tag and the object it names: a commit, or for an annotated tag the tag object, which is also what a push calls `after` (handbook C6). */
interface TagHead {
  name: string;
  sha: string;
  type: string;
}

/** An object in git's store and what it is: commit, tag, tree, blob. */
interface GitObject {
  sha: string;
  type: string;
}

/** A complete listing of refs, and when its first request started: what was written later is newer (handbook D14). */
interface RefListing<Ref> {
  observedAt: Date;
  refs: Ref[];
}

/** One page of an installation's repositories, and when its request started. */
export interface RepositoryPage {
  observedAt: Date;
  repositories: RepositoryFacts[];
  /** How many the installation has in all, as this page says. */
  total: number;
  /** False on the last page. */
  more: boolean;
  /** To be kept with what this page meant, and given as `known` next time; null when GitHub gave no ETag. */
  mark: Mark | null;
}

/** Questions to GitHub. Each answers a value or a code with a sentence; none retries, none sleeps. */
export interface Reader {
  /** The same questions asked for another purpose; those of the reader itself are interactive. May answer `github_budget_spent`. */
  as(purpose: Purpose): Reader;
  /** The App as it is registered (handbook I4). */
  getApp(): Promise<Read<AppFacts>>;
  /** An installation as it is now, suspended ones too; `github_not_found` when it is gone. */
  getInstallation(installation: string): Promise<Read<InstallationFacts>>;
  /** Replaces an installation's token, which keeps the permissions it was made with (handbook E12). */
  renewToken(installation: string): Promise<Read<null>>;
  /** All installations of the App, suspended ones too (handbook B12). */
  listInstallations(): Promise<Read<InstallationFacts[]>>;
  /** All repositories of an installation, or `listing_incomplete`. */
  listInstallationRepositories(installation: string): Promise<Read<RepositoryFacts[]>>;
  /**
   * One page (100 repositories, counted from 1) of that listing for a caller who keeps what each page meant: `unchanged`, for
   * free, when it is still what the mark `known` stands for. One page unchanged proves nothing about the others (handbook D10):
   * ask for each, and go on while the page, or what was kept of it, has `more`. Complete when the repositories are `total`.
   */
  listRepositoryPage(installation: string, page: { number: number; known?: Mark | null }): Promise<Read<RepositoryPage | 'unchanged'>>;
  /** Branches and tags of up to 25 repositories at once, by their node ids. */
  readRefsBatch(installation: string, nodeIds: string[]): Promise<Read<RefsBatch>>;
  /** A repository by its id on GitHub, whatever its name is now. */
  getRepository(installation: string, githubRepositoryId: string): Promise<Read<RepositoryFacts>>;
  listBranches(place: RepositoryPlace): Promise<Read<RefListing<BranchHead>>>;
  listTags(place: RepositoryPlace): Promise<Read<RefListing<TagHead>>>;
  /** Everybody with access to a repository, directly, through teams or the organisation (handbook F9). */
  listCollaborators(place: RepositoryPlace): Promise<Read<Collaborator[]>>;
  /** The webhooks that a repository has beside the App. */
  listWebhooks(place: RepositoryPlace): Promise<Read<RepositoryWebhook[]>>;
  /** Fails with `github_not_found` when the name of a place leads to another repository by now, or to none (handbook B8). */
  confirmPlace(place: RepositoryPlace): Promise<Read<null>>;
  /** Where a ref is now; undefined only when the repository can be read and has no such ref. */
  findRef(place: RepositoryPlace, kind: RefKind, name: string): Promise<Read<GitObject | undefined>>;
  /** A small text file at a ref, by default at the head of the default branch. */
  readTextFile(place: RepositoryPlace, path: string, ref?: string): Promise<Read<TextFile>>;
  /** The object that an annotated tag finally names: usually a commit. `github_not_found` when the id is no tag object. */
  peelTag(place: RepositoryPlace, tagObjectSha: string): Promise<Read<GitObject>>;
  /** The record of pushes to branches, newest first, as far back as is wanted (handbook D6). */
  readActivity(place: RepositoryPlace, wish: ActivityWish): Promise<Read<Activity>>;
  /** What lies between two heads; `github_not_found` when one of them is gone (handbook C7). */
  readComparison(place: RepositoryPlace, heads: ComparedHeads): Promise<Read<Comparison>>;
  /** One commit, without its files. */
  readCommit(place: RepositoryPlace, sha: string): Promise<Read<Commit>>;
  /** The files of a commit with the ids of their contents; null when GitHub cannot list them all. */
  readTree(place: RepositoryPlace, commit: string): Promise<Read<Map<string, string> | null>>;
}

const shaSchema = z.string().refine(isSha);
const branchesPage = z.array(z.object({ name: z.string(), commit: z.object({ sha: shaSchema }), protected: z.boolean().optional() }));
const objectSchema = z.object({ sha: shaSchema, type: z.string() });
const refSchema = z.object({ ref: z.string(), object: objectSchema });
const repositoriesPage = z.object({ total_count: z.int(), repositories: z.array(repositorySchema) });

const tagPrefix = 'refs/tags/';
/** Tags of tags of tags: nobody makes more than two, and a ring is impossible in git. */
const maxTagDepth = 10;

/** Wires the questions to the clients that ask them. */
export function createReader(clients: Clients, clock: Clock = systemClock, purpose: Purpose = 'interactive'): Reader {
  /** A question asked with the token of an installation. */
  const asking = <T>(installation: string, question: (client: GitHubClient) => Promise<Read<T>>) =>
    ask(async () => question(await clients.installation(installation, purpose)));
  /** A listing of refs with the moment it was begun. */
  const listing = async <Ref>(
    place: RepositoryPlace,
    list: (client: GitHubClient, place: RepositoryPlace) => Promise<Read<Ref[]>>,
  ): Promise<Read<RefListing<Ref>>> => {
    const observedAt = clock.now();
    const read = await asking(place.installation, (client) => list(client, place));
    return read.ok ? ok({ observedAt, refs: read.value }) : read;
  };
  return {
    as: (other) => createReader(clients, clock, other),
    getApp: () => ask(async () => readOne(await clients.app(), { route: 'GET /app' }, appSchema)),
    getInstallation: (installation) =>
      ask(async () =>
        readOne(
          await clients.app(),
          { route: 'GET /app/installations/{installation_id}', params: { installation_id: installation } },
          installationSchema,
        ),
      ),
    renewToken: (installation) => ask(async () => clients.renewToken(installation).then(() => ok(null))),
    listInstallations: () => ask(async () => listInstallations(await clients.app())),
    listInstallationRepositories: (installation) => asking(installation, listRepositories),
    listRepositoryPage: (installation, page) => asking(installation, (client) => listRepositoryPage(client, page, clock.now())),
    readRefsBatch: (installation, nodeIds) => asking(installation, (client) => readRefsBatch(client, nodeIds, clock.now())),
    getRepository: (installation, id) => asking(installation, (client) => getRepository(client, id)),
    listBranches: (place) => listing(place, listBranches),
    listTags: (place) => listing(place, listTags),
    listCollaborators: (place) => asking(place.installation, (client) => listCollaborators(client, place)),
    listWebhooks: (place) => asking(place.installation, (client) => listRepositoryWebhooks(client, place)),
    confirmPlace: (place) => asking(place.installation, (client) => confirmAbsence(client, place, null)),
    findRef: (place, kind, name) =>
      asking(place.installation, (client) => findRef(client, place, `${kind === 'branch' ? 'heads' : 'tags'}/${name}`)),
    readTextFile: (place, path, ref) => asking(place.installation, (client) => readTextFile(client, place, { path, ref })),
    peelTag: (place, sha) => asking(place.installation, (client) => peelTag(client, place, sha)),
    readActivity: (place, wish) => asking(place.installation, (client) => readActivity(client, place, wish)),
    readComparison: (place, heads) => asking(place.installation, (client) => readComparison(client, place, heads)),
    readCommit: (place, sha) => asking(place.installation, (client) => readCommit(client, place, sha)),
    readTree: (place, commit) => asking(place.installation, (client) => readTree(client, place, commit)),
  };
}

function listInstallations(client: GitHubClient): Promise<Read<InstallationFacts[]>> {
  const route = 'GET /app/installations';
  return readPages(client, { route, params: { per_page: '100' }, page: z.array(installationSchema), itemsOf: (page) => page });
}

function listRepositories(client: GitHubClient): Promise<Read<RepositoryFacts[]>> {
  return readPages(client, {
    route: 'GET /installation/repositories',
    params: { per_page: '100' },
    page: repositoriesPage,
    itemsOf: (page) => page.repositories,
    totalOf: (page) => page.total_count,
  });
}

async function listRepositoryPage(
  client: GitHubClient,
  page: { number: number; known?: Mark | null },
  observedAt: Date,
): Promise<Read<RepositoryPage | 'unchanged'>> {
  const params = { per_page: '100', page: String(page.number) };
  const read = await readConditional(client, { route: 'GET /installation/repositories', params, known: page.known }, repositoriesPage);
  if (!read.ok) return read;
  if (read.value === 'unchanged') return ok('unchanged');
  const { value, mark, link } = read.value;
  return ok({ observedAt, repositories: value.repositories, total: value.total_count, more: nextParams(link) !== undefined, mark });
}

async function getRepository(client: GitHubClient, id: string): Promise<Read<RepositoryFacts>> {
  return readOne(client, { route: 'GET /repositories/{id}', params: { id } }, repositorySchema);
}

function listBranches(client: GitHubClient, place: RepositoryPlace): Promise<Read<BranchHead[]>> {
  return readPages(client, {
    route: repositoryRoute(place, '/branches'),
    params: { per_page: '100' },
    remember: true,
    page: branchesPage,
    itemsOf: (page) => page.map((branch) => ({ name: branch.name, sha: branch.commit.sha, protected: branch.protected ?? false })),
  });
}

function listTags(client: GitHubClient, place: RepositoryPlace): Promise<Read<TagHead[]>> {
  return readPages(client, {
    // All refs that begin like this. Octokit cuts a slash off the end of an address, hence the filter.
    route: repositoryRoute(place, '/git/matching-refs/tags'),
    remember: true,
    page: z.array(refSchema),
    itemsOf: (page) =>
      page
        .filter(({ ref }) => ref.startsWith(tagPrefix))
        .map(({ ref, object }) => ({ name: ref.slice(tagPrefix.length), sha: object.sha, type: object.type })),
  });
}

async function findRef(client: GitHubClient, place: RepositoryPlace, short: string): Promise<Read<GitObject | undefined>> {
  const path = encodePath(short);
  if (path === undefined) return ok(undefined);
  // Older servers answer with a list of the refs that begin like this one, which is no match.
  const answerSchema = z.union([refSchema, z.array(z.unknown())]);
  const read = await unlessMissing(readOne(client, { route: repositoryRoute(place, `/git/ref/${path}`) }, answerSchema));
  if (read?.ok === false) return read;
  const found = read?.value;
  if (!found || Array.isArray(found) || found.ref !== `refs/${short}`) return confirmAbsence(client, place, undefined);
  return ok(found.object);
}

async function peelTag(client: GitHubClient, place: RepositoryPlace, sha: string): Promise<Read<GitObject>> {
  let object: GitObject = { sha, type: 'tag' };
  for (let depth = 0; object.type === 'tag'; depth += 1) {
    if (depth === maxTagDepth || !isSha(object.sha)) return failed('github_not_found', `${sha} is no tag object that ends in a commit`);
    const route = repositoryRoute(place, `/git/tags/${object.sha}`);
    const read = await readOne(client, { route }, z.object({ object: objectSchema }));
    if (!read.ok) return read;
    object = read.value.object;
  }
  return ok(object);
}
