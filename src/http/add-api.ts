import type { Api, RouteContext } from './api.ts';
import { BranchStreams } from './branch-streams.ts';
import type { HttpOptions } from './http-options.ts';
import { addOpenApiRoute } from './openapi.ts';
import { addAuditRoute } from './routes/audit.ts';
import { addBranchStreamRoute } from './routes/branch-stream.ts';
import { addBulkRunRoutes } from './routes/bulk-runs.ts';
import { addChangeKindRoutes } from './routes/change-kinds.ts';
import { addChangeRoutes } from './routes/changes.ts';
import { addCheckRoute } from './routes/checks.ts';
import { addConfigValidationRoutes } from './routes/config-validations.ts';
import { addDeliveryRoutes } from './routes/deliveries.ts';
import { addDestinationRoutes } from './routes/destinations.ts';
import { addSigningKeyRoutes } from './routes/signing-keys.ts';
import { addDocsPage } from './routes/docs-page.ts';
import { addDoctorRoute } from './routes/doctor.ts';
import { addFirstLookRoutes } from './routes/first-look.ts';
import { addGitHubIssueRoutes } from './routes/github-issues.ts';
import { addConfigProposalRoutes } from './routes/config-proposals.ts';
import { addGitHubWorkRoutes } from './routes/github-work.ts';
import { addIntentRoutes } from './routes/installation-intents.ts';
import { addDefaultHookRoutes } from './routes/default-hooks.ts';
import { addHookRoutes } from './routes/hooks.ts';
import { addInstallationRoutes } from './routes/installations.ts';
import { addJobRoutes } from './routes/jobs.ts';
import { addLaneRoutes } from './routes/lanes.ts';
import { addManualRunRoute } from './routes/manual-runs.ts';
import { addMeRoutes } from './routes/me.ts';
import { addMemberRoutes } from './routes/members.ts';
import { addMetaRoutes } from './routes/meta.ts';
import { addPeopleLookup } from './routes/people-lookup.ts';
import { addPeopleRoutes } from './routes/people.ts';
import { addSignInRoutes } from './routes/sign-in.ts';
import { addTokenRoutes } from './routes/tokens.ts';
import { addAllProjectRoutes } from './routes/project-routes.ts';
import { addRecoveryRoutes } from './routes/recovery.ts';
import { addReconcileRoute } from './routes/reconcile.ts';
import { addRepositoryRoutes } from './routes/repositories.ts';
import { addRunLogRoute } from './routes/run-log.ts';
import { addRunRoutes } from './routes/runs.ts';
import { addSearchRoute } from './routes/search.ts';
import { addStatisticsRoutes } from './routes/statistics.ts';
import { addSyncProgressRoutes } from './routes/sync.ts';
import { addTicketRoutes } from './routes/tickets.ts';
import { addTrialRoutes } from './routes/trials.ts';
import { addTriggerRoutes } from './routes/triggers.ts';
import { addSecretKeyRoutes } from './routes/secret-keys.ts';
import { addSecretRoutes } from './routes/secrets.ts';
import { addThreadRoutes } from './routes/threads.ts';
import { addWebhookRoute } from './routes/webhooks.ts';
import { addWatchStateRoutes } from './routes/watch-state.ts';
import { addWatchRoutes } from './routes/watches.ts';
import { RunLogStreams } from './run-log-streams.ts';
import { ThreadStreams } from './thread-streams.ts';

/** Live streams end, those of branches are written down as left, before the server stops. */
export function addStreams(api: Api, context: RouteContext, { log }: HttpOptions): void {
  const streams = new BranchStreams({ db: context.db, presence: context.actions.presence, log });
  addBranchStreamRoute(api, context, streams);
  const threads = new ThreadStreams({ db: context.db, log });
  addThreadRoutes(api, context, threads);
  const logs = new RunLogStreams({ db: context.db, log });
  addRunLogRoute(api, context, logs);
  api.addHook('preClose', async () => {
    logs.close();
    threads.close();
    await streams.close();
  });
}

/** Every route below /api that is no stream. */
export function addApi(api: Api, context: RouteContext): void {
  addOpenApiRoute(api);
  addDocsPage(api);
  addDeliveryRoutes(api, context);
  addChangeRoutes(api, context);
  addRunRoutes(api, context);
  addBulkRunRoutes(api, context);
  addLaneRoutes(api, context);
  addTrialRoutes(api, context);
  addTicketRoutes(api, context);
  addManualRunRoute(api, context);
  addAllProjectRoutes(api, context);
  addRepositoryRoutes(api, context);
  addMemberRoutes(api, context);
  addStatisticsRoutes(api, context);
  addFirstLookRoutes(api, context);
  addSearchRoute(api, context);
  addGitHubIssueRoutes(api, context);
  addGitHubWorkRoutes(api, context);
  addConfigProposalRoutes(api, context);
  addWebhookRoute(api, context);
  addWatchRoutes(api, context);
  addHookRoutes(api, context);
  addDefaultHookRoutes(api, context);
  addWatchStateRoutes(api, context);
  addIntentRoutes(api, context);
  addInstallationRoutes(api, context);
  addSecretRoutes(api, context);
  addSecretKeyRoutes(api, context);
  addReconcileRoute(api, context);
  addSyncProgressRoutes(api, context);
  addCheckRoute(api, context);
  addConfigValidationRoutes(api, context);
  addTriggerRoutes(api, context);
  addJobRoutes(api, context);
  addRecoveryRoutes(api, context);
  addDestinationRoutes(api, context);
  addSigningKeyRoutes(api);
  addDoctorRoute(api, context);
  addMetaRoutes(api);
  addChangeKindRoutes(api);
  addPersonalRoutes(api, context);
}

/** Who asks, who may what, and who did what. */
function addPersonalRoutes(api: Api, context: RouteContext): void {
  addMeRoutes(api, context);
  addTokenRoutes(api, context);
  addSignInRoutes(api, context);
  addPeopleRoutes(api, context);
  addPeopleLookup(api, context);
  addAuditRoute(api, context);
}
