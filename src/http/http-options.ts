import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { ErrorCode } from '../core/error-catalogue.ts';
import type { StepKind } from '../watches/config-schema.ts';
import type { Log } from '../core/log.ts';
import type { Outcome } from '../core/outcome.ts';
import type { ReplayConfig } from '../core/statuses.ts';
import type { ManualWish } from '../flow/request-manual-run.ts';
import type { Requester } from '../people/requester.ts';
import type { Db } from '../db/connect.ts';
import type { KeyRing } from '../vault/key-ring.ts';
import type { TokenGate } from './auth.ts';
import type { NotFoundPage } from './known-routes.ts';
import type { GitHubActions } from './github-actions.ts';
import type { PeopleActions } from './people-actions.ts';
import type { HookActions } from './hook-actions.ts';
import type { PresenceActions } from './presence-actions.ts';
import type { ProjectActions } from './project-actions.ts';
import type { RepositoryConfig } from './schemas/repository.ts';
import type { Doctor } from './schemas/doctor.ts';
import type { RunActions } from './run-actions.ts';
import type { SecretActions } from './secret-actions.ts';
import type { TicketActions } from './ticket-actions.ts';
import type { TrialActions } from './trial-actions.ts';
import type { TriggerActions } from './trigger-actions.ts';
import type { StandingActions } from './standing-actions.ts';
import type { InstallationWish } from './schemas/installation-intent.ts';

/** What the REST side and the page can make happen. Ids are ours; expected failures come back as codes. */
export interface HttpActions {
  /** Puts a settled delivery back to work. `not_found`, or `conflict` when it is not in a state to be tried again. */
  retryDelivery(id: string): Promise<Outcome<{ id: string }, ErrorCode>>;
  /** Starts a run again as a new one and answers the new id. `not_found`, `conflict` while the run is not over, `watch_gone`. */
  replayRun(id: string, config: ReplayConfig): Promise<Outcome<{ id: string; config: ReplayConfig; replayOf: string }, ErrorCode>>;
  /** What else is done with runs and their lanes. */
  runs: RunActions;
  /** What is in force for a repository, by its id on GitHub; undefined when nobody knows it. */
  explainLayers(
    githubId: string,
  ): Promise<(Pick<RepositoryConfig, 'layers' | 'watches'> & { notes: { line: number; message: string }[] }) | undefined>;
  /** Runs a watch by hand; answers the change it became. `not_found`, `conflict` for a watch that is not started by hand, `request_invalid`. */
  requestManualRun(wish: ManualWish): Promise<Outcome<{ changeId: string }, ErrorCode>>;
  /** Who looks at which branch. */
  presence: PresenceActions;
  /** Watches made by the API. `managed_by_file` for one that a file declares, `config_invalid` for a text with errors. */
  watches: {
    put(wish: {
      githubId: string;
      key: string;
      watch: Record<string, unknown>;
      onlyNew: boolean;
    }): Promise<Outcome<{ created: boolean }, ErrorCode>>;
    switch(wish: { githubId: string; key: string; enabled: boolean }): Promise<Outcome<unknown, ErrorCode>>;
    delete(wish: { githubId: string; key: string }): Promise<Outcome<unknown, ErrorCode>>;
  };
  /** Projects. */
  projects: ProjectActions;
  /** Inbound triggers. */
  triggers: TriggerActions;
  /** Hooks by API. */
  hooks: HookActions;
  /** What is done on GitHub for people. */
  github: GitHubActions;
  /** Ends a run that is not over. `not_found`, or `conflict` when it has ended. */
  cancelRun(id: string): Promise<Outcome<{ id: string }, ErrorCode>>;
  /** Makes one repository, those of an installation, or all due for reconcile at once; answers the job that counts them. */
  requestReconcile(wish: ReconcileWish): Promise<Outcome<{ jobId: string; requested: number }, ErrorCode>>;
  /** Lets everything go to a destination again, and wakes what waits for it. `not_found`. */
  enableDestination(wish: { id: string; by: Requester; requestId: string }): Promise<Outcome<unknown, ErrorCode>>;
  /** Takes a job back. `not_found`, or `conflict` when it is over. */
  cancelJob(id: string): Promise<Outcome<{ id: string }, ErrorCode>>;
  /** Makes a scan of GitHub's record of deliveries due at once; with a moment, one that goes back to it. `request_invalid` when it lies in the future. */
  requestRecovery(since: Date | undefined): Promise<Outcome<{ requested: true }, ErrorCode>>;
  /** Begins an installation of the App; another one that is open gives way. `request_invalid` for a path that leads elsewhere. */
  beginInstallation(wish: {
    begunBy: string;
    account: string | undefined;
    returnTo: string | undefined;
  }): Promise<Outcome<{ id: string; installUrl: string }, ErrorCode>>;
  /** Takes back an installation that was begun. `not_found`, or `conflict` when it is over. */
  cancelInstallation(id: string): Promise<Outcome<{ id: string }, ErrorCode>>;
  /** What members asked owners for, as GitHub lists it now. */
  listInstallationRequests(): Promise<Outcome<InstallationWish[], ErrorCode>>;
  /** Looks at everything that has to be right. A look that is not older than a few seconds is answered again. */
  examine(): Promise<Doctor>;
  /** RepoWatch's own tickets, and the connections to others. */
  tickets: TicketActions;
  /** Trying configurations out, and asking why not. */
  trials: TrialActions;
  /** The switches of installations and repositories, and the last things that are done with them. */
  standing: StandingActions;
  /** Secrets, and the keys that they are encrypted with. */
  secrets: SecretActions;
}

/** What is to be compared with GitHub, under the name that the job has for people. */
export interface ReconcileWish {
  repositoryId?: string;
  repositoryIds?: readonly string[];
  installationId?: string;
  name: string;
  requestedBy: string;
}

/** What works at this moment. `github` is left out while nobody has asked GitHub yet. */
export interface Health {
  database: boolean;
  queue: boolean;
  github?: boolean;
  /** A sentence for each part that has something to say. */
  details: Record<string, string>;
}

/** Everything the HTTP side needs from the rest. */
export interface HttpOptions {
  db: Db;
  settings: {
    host: string;
    /** 0 takes a free one. */
    port: number;
    /** The address that people and GitHub use; links and the page's Origin check start from it. */
    publicUrl?: string | undefined;
    adminToken: string;
    /** Requests a minute of each requester; 0 or nothing is no limit. */
    rateLimit?: number;
    /** Origins whose scripts may call the API. */
    corsOrigins?: readonly string[];
  };
  /** Encrypts answers that are kept for requests with an idempotency key. Without it a key of this process. */
  keyRing?: KeyRing;
  log: Log;
  /** Answers `POST /api/github/webhooks`: our own handler on bare node:http, with limits of its own. */
  intake: (request: IncomingMessage, response: ServerResponse) => void;
  /** Answers `POST /webhooks/:provider/:id/payload`, likewise. */
  triggerIntake?: (request: IncomingMessage, response: ServerResponse) => void;
  actions: HttpActions;
  /** People who sign in with GitHub; left out where nobody does. */
  people?: PeopleActions;
  health: () => Promise<Health>;
  metrics: Registry;
  version: string;
  /** The kinds of actions, whose inputs the JSON Schema of the configuration describes. */
  kinds: readonly StepKind[];
  /** Where codes are explained; `#code` is added. Default: this server's own catalogue. */
  docsUrl?: string;
  /**
   * Adds the pages, which live above this folder; a token given in a form is judged by the same gate. Answers what people see where there
   * is nothing.
   */
  pages?: (app: FastifyInstance, gate: TokenGate) => Promise<NotFoundPage>;
}
