import type { z } from 'zod';
import type { ErrorCode } from '../core/error-catalogue.ts';
import type { RunFacts } from './run-facts.ts';

/** What GitHub has to grant, such as `{ issues: 'write' }`. */
export type GitHubPermissions = Readonly<Record<string, 'read' | 'write'>>;

/** What a question or a write comes to; failures may say when to come again. */
export type GitHubAnswer<T> =
  | { ok: true; value: T }
  | {
      ok: false;
      code: ErrorCode;
      message: string;
      retryAt?: Date;
      /** True when the request certainly did not get to GitHub. Without it a failure of the connection says nothing. */
      nothingSent?: true;
    };

/** A write below a repository's address. `path` follows `/repos/OWNER/NAME` and is already encoded. */
export interface GitHubWrite<T> {
  method: 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  path: string;
  /** The path follows `/orgs/OWNER` instead: the repository's owner is an organisation. */
  at?: 'organization';
  body?: Record<string, unknown>;
  /** What the answer must be: compare it with what was asked for, GitHub drops silently what it does not take (handbook G5). */
  answer: z.ZodType<T>;
  /**
   * Set for what makes an issue, a comment, a pull request or a review: GitHub limits those (handbook E2). `many` for one of
   * a lot: it leaves more room and lets others pass.
   */
  content?: 'one' | 'many';
}

/** What one step at a time may work on. */
interface GitHubClaim {
  /** What the last holder noted, such as an issue's number; null when nobody did. To be made sure of: people delete things. */
  known: string | null;
  /** Lets the next one in; notes what is there now. */
  end(known?: string): Promise<void>;
}

/** What came back of something that was done. */
export type Hearing = 'heard' | 'silent' | 'deaf';

/** One repository on GitHub, as a step reaches it. Ids in answers may be BigInt. */
export interface GitHubRepository {
  owner: string;
  /** GitHub's word for the account: `User` or `Organization`. */
  ownerType: string;
  name: string;
  /** The address of the API, which secrets that a step names must be allowed for. */
  apiUrl: string;
  read<T>(path: string, answer: z.ZodType<T>): Promise<GitHubAnswer<T>>;
  /** Every page of a list. */
  list<Item>(path: string, item: z.ZodType<Item>, params?: Record<string, string>): Promise<GitHubAnswer<Item[]>>;
  /** Once, in the line of writes of its installation. A lost answer says nothing about whether it happened: look before trying again (handbook E6). */
  write<T>(request: GitHubWrite<T>): Promise<GitHubAnswer<T>>;
  /** Keeps everybody else from working on what has this key in this repository; `github_busy` while somebody does. Give it back. */
  claim(key: string, forMs: number): Promise<GitHubAnswer<GitHubClaim>>;
  /** Whether GitHub has told of an event whose payload carries this token. `deaf` when the installation is not told of such events: then silence means nothing. */
  hear(event: string, token: string): Promise<Hearing>;
}

/** Which repository a step wants, and what for. */
interface GitHubWish {
  /** `OWNER/NAME`; the run's own without it. */
  repository?: string | undefined;
  permissions: GitHubPermissions;
  /** Stops every request, and standing in line. */
  signal?: AbortSignal;
}

/** GitHub in the name of the installation that a run belongs to, and of no other. */
export interface GitHubAccess {
  /** Fails when the installation does not see the repository, or has not granted the permissions. */
  open(facts: RunFacts, wish: GitHubWish): Promise<GitHubAnswer<GitHubRepository>>;
  /** The App's login in its own writes, such as `repowatch[bot]`; what it wrote is ours. */
  botLogin(): Promise<string | undefined>;
}
