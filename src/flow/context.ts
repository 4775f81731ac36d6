import type { GitHubAccess } from '../actions/github-access.ts';
import type { ActionRegistry } from '../actions/registry.ts';
import type { Clock } from '../core/clock.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Log } from '../core/log.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Db } from '../db/connect.ts';
import type { HookDeliveries } from '../github/hook-deliveries.ts';
import type { Reader } from '../github/reader.ts';
import type { Receive } from '../github/receive.ts';
import type { Queue } from '../queue/queue.ts';
import type { LoopLimits } from '../runs/break-loops.ts';
import type { DestinationBook } from './destination-book.ts';
import type { HookSecrets } from './hook-secrets.ts';
import type { SecretReader } from './secret-reader.ts';
import type { ConfigCache } from './config-cache.ts';
import type { KeyRing } from '../vault/key-ring.ts';

/** What the stories work with; made once by the composition root. */
export interface Context {
  db: Db;
  queue: Pick<Queue, 'send'>;
  log: Log;
  clock: Clock;
  /** The GitHub host, part of every natural key (handbook J4). */
  host: string;
  /** Where GitHub's pages are, without a slash at the end. */
  githubUrl: string;
  receive: Receive;
  /** Whether the operator lets RepoWatch work for an account: ALLOWED_ACCOUNTS (handbook I14). */
  isAllowed: (account: { github_id: string; login: string }) => boolean;
  reader: Reader;
  configs: ConfigCache;
  secrets: SecretReader;
  /** The keys of SECRETS_KEY. */
  keyRing: KeyRing;
  hookSecrets: HookSecrets;
  /** Whether an address may be called, as far as that can be said before its name is looked up (threat-model.md D8). */
  judgeAddress: (url: string) => Outcome<URL, ErrorCode>;
  actions: ActionRegistry;
  /** GitHub in the name of an installation, for what people ask for beside runs. */
  github: GitHubAccess;
  /** What is known of the places that steps send to. */
  destinations: DestinationBook;
  /** The staleness target of reconcile when a configuration does not name its own. Seconds. */
  reconcileSeconds: number;
  /** How long it is kept what the watches said about a change. Days. */
  whyNotDays: number;
  /** After so long without a word from its server a connection that looks at a branch counts as gone. Milliseconds. */
  presenceTimeoutMs: number;
  /** How many runs on changes of machines are no loop yet. */
  loops: LoopLimits;
  /** How long a run is left out of bulk replays after one took it. Milliseconds. */
  bulkCooldownMs: number;
  /** GitHub's record of what it delivered to this App, and how often it is read. */
  recovery: { appId: string; intervalMs: number; deliveries: HookDeliveries };
}
