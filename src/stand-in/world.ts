import type { KeyObject } from 'node:crypto';
import type { CheapGit } from './cheap-git.ts';
import type { KeyedQueue } from '../core/keyed-queue.ts';

/** A JSON object whose shape is GitHub's and not ours. */
export type Json = Record<string, unknown>;

/** A user, an organisation or an App's bot. */
export interface Account {
  id: number;
  login: string;
  type: 'User' | 'Organization' | 'Bot';
  email: string;
}

/** A repository; its git directory is named by id, so that a rename moves nothing. */
export interface Repository {
  id: number;
  owner: Account;
  name: string;
  private: boolean;
  archived: boolean;
  deleted: boolean;
  description: string | null;
  defaultBranch: string;
  createdAt: Date;
  updatedAt: Date;
  pushedAt: Date;
  gitDirectory: string;
  /** Full names in lower case that answer 301 until somebody else takes them. */
  formerNames: Set<string>;
  activity: Activity[];
  checkRuns: Json[];
  issues: Json[];
  madeFrom?: { kind: 'fork' | 'template'; model: Repository };
}

/** One line of a branch's push history (handbook D6); tags have none. */
interface Activity {
  id: number;
  before: string;
  after: string;
  ref: string;
  timestamp: Date;
  type: 'push' | 'force_push' | 'branch_creation' | 'branch_deletion';
  actor: Account;
}

/** The App installed on an account. */
export interface Installation {
  id: number;
  account: Account;
  selection: 'all' | 'selected';
  repositoryIds: Set<number>;
  permissions: Record<string, string>;
  events: string[];
  createdAt: Date;
  updatedAt: Date;
  suspendedAt: Date | null;
  suspendedBy: Account | null;
  deleted: boolean;
}

interface Token {
  installation: Installation;
  expiresAt: Date;
  repositoryIds: Set<number> | null;
  permissions: Record<string, string>;
}

/** A webhook delivery with what was sent and what came back. */
export interface Delivery {
  id: bigint;
  guid: string;
  event: string;
  action: string | null;
  installationId: number | null;
  repositoryId: number | null;
  deliveredAt: Date;
  redelivery: boolean;
  /** `lost`: webhooks were off, so it was never sent and GitHub's own list does not know it. */
  state: 'waiting' | 'answered' | 'failed' | 'lost';
  /** The words of GitHub's deliveries API: `OK` or what went wrong. */
  status: string;
  statusCode: number;
  /** Seconds. */
  duration: number;
  request: { headers: Record<string, string>; body: Buffer };
  response: { headers: Record<string, string>; body: string } | null;
}

/** One API request as received, for assertions. */
export interface ApiCall {
  at: Date;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  status: number;
}

/** A planned wrong answer: the next `times` API requests that match get it. */
export interface Failure {
  /** Any method when absent. */
  method?: string;
  /** Part of the path with its query (without `/api/v3`); every path when absent. */
  path?: string;
  /** Only requests for the installation of this account: with its token, or for one. */
  account?: string;
  /** Only GraphQL queries that ask for more nodes than this, as GitHub's time runs out for large ones (handbook D3). */
  moreIdsThan?: number;
  /** The answer instead of the true one; without it the true one is spoilt by what follows. */
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** How many requests get it; 1 when absent. */
  times?: number;
  /** Break the connection instead of answering. */
  disconnect?: boolean;
  /** Do what was asked first: only the answer is lost. */
  after?: boolean;
  /** Never answer: the client has to give up by itself. */
  hang?: boolean;
  /** Half of the true answer: the connection breaks in the middle, or a proxy ends it as if that were all. */
  cut?: 'broken' | 'quiet';
  /** Fields of the true answer that say something else. */
  fields?: Json;
}

/** The App as registered on this GitHub. */
interface App {
  id: number;
  slug: string;
  clientId: string;
  publicKey: KeyObject;
  webhookSecret: string;
  webhookUrl: string | null;
  permissions: Record<string, string>;
  events: string[];
  bot: Account;
  createdAt: Date;
}

/** Everything this GitHub knows; all state is here, the other files are functions over it. */
export interface World {
  directory: string;
  /** Web base without a trailing slash; known once the server listens. */
  url: string;
  now(): Date;
  nextId(): number;
  git: CheapGit;
  app: App;
  webhooks: 'on' | 'off';
  /** Requests per hour and installation. */
  rateLimit: number;
  /** Who pushes when a push names nobody. */
  pusher: Account;
  accounts: Map<string, Account>;
  repositories: Map<number, Repository>;
  installations: Map<number, Installation>;
  tokens: Map<string, Token>;
  usage: Map<number, { used: number; resetAt: number }>;
  deliveries: Delivery[];
  apiCalls: ApiCall[];
  failures: { failure: Failure; left: number }[];
  dispatches: { repository: string; eventType: string; clientPayload: unknown }[];
  /** Aborted when the server closes, so that nothing is sent after that. */
  closing: AbortController;
  locks: KeyedQueue;
  sends: KeyedQueue;
}

/** `owner/name` as GitHub shows it. */
export function fullName(repository: Repository): string {
  return `${repository.owner.login}/${repository.name}`;
}

/** The repository of this name, or the one that had it before (`moved`); GitHub ignores case here. */
export function findRepository(world: World, name: string): { repository: Repository; moved: boolean } | undefined {
  const wanted = name.toLowerCase();
  let former: Repository | undefined;
  for (const repository of world.repositories.values()) {
    if (repository.deleted) continue;
    if (fullName(repository).toLowerCase() === wanted) return { repository, moved: false };
    if (repository.formerNames.has(wanted)) former = repository;
  }
  return former && { repository: former, moved: true };
}

/** The living repository of this exact name; an unknown one is a mistake of the caller and says so. */
export function readRepository(world: World, name: string): Repository {
  const found = findRepository(world, name);
  if (!found || found.moved) throw new Error(`There is no repository ${name} here: create it first.`);
  return found.repository;
}

/** The account of this login; an unknown one is a mistake of the caller and says so. */
export function readAccount(world: World, login: string): Account {
  const account = world.accounts.get(login.toLowerCase());
  if (!account) throw new Error(`There is no account ${login} here: create it first.`);
  return account;
}

/** True when this installation gives access to this repository. */
export function covers(installation: Installation, repository: Repository): boolean {
  if (installation.deleted || repository.deleted || installation.account.id !== repository.owner.id) return false;
  return installation.selection === 'all' || installation.repositoryIds.has(repository.id);
}

/** The repositories of an installation in order of their ids, as GitHub lists them. */
export function listInstalled(world: World, installation: Installation): Repository[] {
  return [...world.repositories.values()].filter((repository) => covers(installation, repository));
}

/** The installation through which a repository's events reach the App; suspended ones get none (handbook B13). */
export function findInstallation(world: World, repository: Repository): Installation | undefined {
  return [...world.installations.values()].find((installation) => covers(installation, repository));
}

/** The account's living installation of the App. */
export function readInstallation(world: World, login: string): Installation {
  const wanted = login.toLowerCase();
  const found = [...world.installations.values()].find((each) => !each.deleted && each.account.login.toLowerCase() === wanted);
  if (!found) throw new Error(`The App is not installed on ${login}: install it first.`);
  return found;
}
