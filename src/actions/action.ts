import type { z } from 'zod';
import type { ErrorCode } from '../core/error-catalogue.ts';

/** What one try of a step works with. Everything in `input` is evaluated and validated; text in `facts` is written by strangers. */
export interface AttemptContext<Input> {
  input: Input;
  /** The same for every try of this step, across crashes and replays of the process: receivers deduplicate by it (Standard Webhooks `webhook-id`). */
  idempotencyKey: string;
  /** The number of this try, from 1. */
  attempt: number;
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
  /** Outputs of earlier steps by step id. */
  steps: Record<string, { outputs: Record<string, unknown> }>;
  /** Reports the addresses a step wants to reach; rejects one that a secret in use may not be sent to (RepoWatchError secret_destination_not_allowed). */
  checkDestination(url: URL): void;
  /** Replaces the values of secrets, plain and encoded. Kinds call it before they cut a text, since half a secret is not recognised any more (threat-model.md D11). */
  mask(text: string): string;
  now(): Date;
}

/** The plain-JSON facts of a run. `change`, `repository` and so on are what the configuration's contexts show. */
export interface RunFacts {
  run: { id: string; watch: string; replay: boolean };
  change: Record<string, unknown>;
  repository: Record<string, unknown>;
  ref: Record<string, unknown> | null;
  before: string | null;
  after: string | null;
  commit: Record<string, unknown> | null;
  commits: Record<string, unknown>[];
  actor: Record<string, unknown> | null;
  installation: Record<string, unknown>;
  /** The raw payload; an empty object when the change did not come with one. */
  event: Record<string, unknown>;
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
      record: AttemptRecord;
    };

/** One thing a step can do. A kind is one folder in actions/ whose index.ts exports a function that creates it from the tools it needs. */
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
  /** The default time for one try in milliseconds, when neither step nor defaults say. */
  defaultTimeoutMs: number;
  /** Makes one try. Must resolve for every expected failure and must honour the signal; a throw is a bug. */
  run(context: AttemptContext<z.output<Schema>>): Promise<AttemptOutcome>;
}
