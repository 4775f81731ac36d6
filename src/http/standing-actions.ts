import type { z } from 'zod';
import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Outcome } from '../core/outcome.ts';
import type { webhookList } from './schemas/webhook.ts';

/** A webhook that a repository has beside the App. */
type Webhook = z.output<typeof webhookList>['data'][number];

/** How much was deleted for good. */
interface Purged {
  repositories: number;
  changes: number;
  runs: number;
  deliveries: number;
  secrets: number;
}

/** The switches of installations and repositories, and the last things that are done with them. Ids are ours. */
export interface StandingActions {
  /** Switches a repository on or off. `not_found` when there is none. */
  switchRepository(id: string, enabled: boolean): Promise<Outcome<unknown, ErrorCode>>;
  /** Switches an installation on or off. `not_found` when there is none. */
  switchInstallation(id: string, enabled: boolean): Promise<Outcome<unknown, ErrorCode>>;
  /** Gives a repository's secrets to its present owner; answers how many had another one. */
  confirmSecretsOwner(repositoryId: string): Promise<Outcome<{ confirmed: number }, ErrorCode>>;
  /** Has the people of a repository listed now. `conflict` when that is not possible. */
  requestMembers(repositoryId: string): Promise<Outcome<{ requested: true }, ErrorCode>>;
  /** Has the configuration of a repository read again now. `conflict` when that is not possible. */
  recheckConfig(repositoryId: string): Promise<Outcome<{ requested: true }, ErrorCode>>;
  /** The webhooks of a repository, as GitHub lists them now. */
  listWebhooks(repositoryId: string): Promise<Outcome<Webhook[], ErrorCode>>;
  /** Deletes what is kept of a deleted installation. `not_found`, or `conflict` for a living one. */
  purgeInstallation(id: string): Promise<Outcome<Purged, ErrorCode>>;
}
