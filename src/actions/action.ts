import type { z } from 'zod';
import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Door } from './door.ts';
import type { MailTools } from './email/mail-tools.ts';
import type { GitHubAccess, GitHubPermissions } from './github-access.ts';
import type { NarrowGitHub } from './narrow-github.ts';
import type { PeopleMap } from './github-people.ts';
import type { RunFacts } from './run-facts.ts';
import type { ScriptPool } from './script/pool.ts';
import type { TicketBook } from './ticket-book.ts';
import type { TicketMachine } from '../tickets/machine.ts';
import type { WatchState } from './watch-state.ts';

/** What one try of a step works with. Everything in `input` is evaluated and validated; text in `facts` is written by strangers. */
export interface AttemptContext<Input> {
  input: Input;
  /** The same for every try of this step, across crashes and replays of the process: receivers deduplicate by it (Standard Webhooks `webhook-id`). */
  idempotencyKey: string;
  /** The number of this try, from 1. */
  attempt: number;
  /** Set when somebody with the right to do it asks for this now, by the API, and no file. */
  forPerson?: true;
  /** Aborted when the step's time is over or the process is stopping. */
  signal: AbortSignal;
  /** The time left for this try in milliseconds. */
  timeoutMs: number;
  /** What the run is about, for bodies and scripts: the change with its repository, ref and actor, and the watch's id. */
  facts: RunFacts;
  /** The values that the step's `env:` names, evaluated. */
  env: Record<string, string>;
  /** The secrets that the watch names and may use here, by name. */
  secrets: Record<string, string>;
  /** The state machines that the watch's file knows, by name. */
  machines: Readonly<Record<string, TicketMachine>>;
  /** Outputs of earlier steps by step id. */
  steps: Record<string, { outputs: Record<string, unknown> }>;
  /** What the last try of this step left as its `progress`. */
  progress?: Readonly<Record<string, unknown>>;
  /** Reports the addresses a step wants to reach; rejects one that a secret in use may not be sent to (RepoWatchError secret_destination_not_allowed). */
  checkDestination(url: URL): void;
  /**
   * Replaces the values of secrets, plain and encoded. Kinds call it before they cut a text, since half a secret is not recognised any more
   * (threat-model.md D11); `cut` is for a text that was cut already.
   */
  mask(text: string, of?: { cut?: boolean }): string;
  /** Shows the lines logged so far, masked, while the try goes on; written down within a quarter of a second. */
  showLog?(lines: readonly string[]): void;
  now(): Date;
}

/** What was sent and what came back, as it is stored, already cut to size. The caller masks it once more before anything is written. */
export interface AttemptRecord {
  request?: { method: string; url: string; headers: Record<string, string>; body: string };
  response?: { status: number; headers: Record<string, string>; body: string; truncated: boolean };
  /** Lines a script logged. */
  log?: string[];
}

/** The end of one try. */
export type AttemptOutcome =
  | { result: 'succeeded'; outputs: Record<string, unknown>; record: AttemptRecord }
  | {
      result: 'failed';
      code: ErrorCode;
      message: string;
      /** Whether trying again can help; the retry schedule decides when. */
      retryable: boolean;
      /** What the receiver asked for in Retry-After, in seconds, unclamped. */
      retryAfterSeconds?: number;
      /** How far a step of several requests has come, for the next try; shown as the step's outputs until then. */
      progress?: Record<string, unknown>;
      /** True when the time for trying is over, although another try could help. */
      giveUp?: true;
      record: AttemptRecord;
    };

/** What kinds reach the world with. Made once by the composition root; everything that leaves goes through one of these. */
export interface ActionTools {
  /** The one guarded way out for HTTP (threat-model.md D8). */
  door: Door;
  /** RepoWatch's version, for user agents. */
  version: string;
  scripts: ScriptPool;
  /** What sending mail works with, which does not go through the door. */
  mail: MailTools;
  /** The text of a file of the repository that a run's file lies in, from its default branch. */
  readFile(facts: RunFacts, path: string): Promise<Outcome<string, ErrorCode>>;
  github: GitHubAccess;
  /** Who is who on GitHub; without it names are logins. */
  people?: PeopleMap;
  /** The ledger of moved tickets, and RepoWatch's own tickets. */
  tickets: TicketBook;
  /** Whether steps may change who has access to repositories: the operator says so. */
  allowsAccess: boolean;
  /** The address of one of our pages, such as `/runs/7`; undefined when nobody outside would reach it. */
  linkTo(path: string): string | undefined;
  /** GitHub for scripts: one repository, with a token that can do no more than the step declares. */
  narrowGitHub: NarrowGitHub;
  /** What watches remember from one run to the next. */
  state: WatchState;
}

/**
 * One thing a step can do. A kind is one folder in actions/ whose index.ts exports it as `kind`; load-kinds.ts finds it there,
 * and its name is the folder's path (docs/adding-an-action.md).
 */
export interface ActionKind<Schema extends z.ZodType = z.ZodType> {
  /** The word after `uses:`. */
  name: string;
  title: string;
  /** The schema of `with:` after expressions are evaluated; validation, JSON Schema and docs derive from it. */
  schema: Schema;
  /** Top-level keys of `with:` whose value is never stored or shown. */
  secretFields: readonly string[];
  /** Top-level keys of `with:` that take no `${{ }}`: text that is run as code must never contain what strangers wrote (handbook C18). */
  literalFields?: readonly string[];
  /** Top-level keys of `with:` that name one of the file's `machines`. */
  machineFields?: readonly string[];
  /** What the installation has to grant for it; empty for kinds that do not touch GitHub. */
  permissions: GitHubPermissions;
  /** The default time for one try in milliseconds, when neither step nor defaults say. */
  defaultTimeoutMs: number;
  /** Makes one try. Must resolve for every expected failure and must honour the signal; a throw is a bug. */
  run(context: AttemptContext<z.output<Schema>>, tools: ActionTools): Promise<AttemptOutcome>;
}
