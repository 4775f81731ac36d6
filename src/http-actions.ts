import type { Context } from './flow/context.ts';
import { actOnGitHub } from './flow/act-on-github.ts';
import { deleteApiWatch, putApiWatch, switchApiWatch } from './flow/api-watches.ts';
import { letGoAgain } from './flow/enable-destination.ts';
import { requestBulkIssues } from './flow/bulk-issues.ts';
import { explainStanding } from './flow/explain-standing.ts';
import { explainLayers } from './flow/explain-layers.ts';
import { findMissingSecrets } from './flow/find-missing-secrets.ts';
import { findSecretUses } from './flow/find-secret-uses.ts';
import { requestKeyRotation } from './flow/key-jobs.ts';
import { readKeyReport } from './flow/rotate-keys.ts';
import { deleteDefaultHook, putDefaultHook } from './flow/default-hooks.ts';
import { copyHooks, deleteHook, patchHook, putHook, readHooks } from './flow/hooks.ts';
import { joinBranch, keepPresences, leaveBranch } from './flow/presence.ts';
import { requestRecovery } from './flow/recover-deliveries.ts';
import { requestBulk } from './flow/bulk-runs.ts';
import { proposeFile } from './flow/propose-file.ts';
import { readParameters } from './flow/read-parameters.ts';
import { redriveDeadRun, replayRun } from './flow/replay-run.ts';
import { cancelRunById, retryDelivery } from './flow/requests.ts';
import { unblockLane } from './flow/unblock-lane.ts';
import { changeTrigger, forgetTrigger, importTrigger, registerTrigger, rotateTrigger } from './flow/manage-triggers.ts';
import { requestManualRun } from './flow/request-manual-run.ts';
import { cancelReconcile, requestReconcile } from './flow/request-reconcile.ts';
import { requestTrial, requestValidation } from './flow/request-trial.ts';
import { confirmSecretsOwner, purgeInstallation, recheckConfig, switchInstallation, switchRepository } from './flow/standing-requests.ts';
import { listWebhooks } from './flow/list-webhooks.ts';
import { requestMembers } from './flow/sync-members.ts';
import { testTicketConnection } from './flow/test-ticket-connection.ts';
import { createIssueOfTicket, createTicket, createTicketOfIssue } from './flow/ticket-requests.ts';
import type { HttpActions } from './http/http-options.ts';
import { createProjectActions } from './project-wiring.ts';
import { failed, ok } from './core/outcome.ts';
import type { SetupActions } from './setup-actions.ts';
import type { KeyRing } from './vault/key-ring.ts';
import { resetBreaker } from './runs/break-loops.ts';
import { deleteSecret, upsertSecret } from './vault/secrets.ts';

/** What the REST side and the page can make happen, wired to the stories. */
export function createHttpActions(context: Context, keyRing: KeyRing): Omit<HttpActions, keyof SetupActions> {
  return {
    retryDelivery: (id) => retryDelivery(context, id),
    replayRun: (id, config) => replayRun(context, { id, config }),
    runs: {
      redrive: (id) => redriveDeadRun(context, id),
      requestBulk: (wish) => requestBulk(context, wish),
      unblock: (wish) => unblockLane(context, wish),
      resetBreaker: (id) => resetBreaker(context.db, id),
      loopWindowMs: context.loops.windowMs,
      readParameters: (id) => readParameters(context, id),
    },
    explainLayers: (githubId) => explainLayers(context, githubId),
    watches: {
      put: (wish) => putApiWatch(context, wish),
      switch: (wish) => switchApiWatch(context, wish),
      delete: (wish) => deleteApiWatch(context, wish),
    },
    projects: createProjectActions(context),
    ...createOutsideActions(context, keyRing),
    cancelRun: (id) => cancelRunById(context, id),
    requestManualRun: (wish) => requestManualRun(context, wish),
    presence: {
      timeoutMs: context.presenceTimeoutMs,
      join: (wish) => joinBranch(context, wish),
      leave: (connection, reason) => leaveBranch(context, connection, reason),
      keep: (connections) => keepPresences(context, connections),
    },
    requestReconcile: (wish) => requestReconcile(context, wish),
    enableDestination: (wish) => letGoAgain(context, wish),
    cancelJob: (id) => cancelReconcile(context, id),
    requestRecovery: (since) => requestRecovery(context, since),
    tickets: {
      create: (wish) => createTicket(context, wish),
      createOfIssue: (wish) => createTicketOfIssue(context, wish),
      createIssue: (id) => createIssueOfTicket(context, id),
      testConnection: (wish) => testTicketConnection(context, wish),
    },
    trials: {
      validate: (wish) => requestValidation(context, wish),
      simulate: (wish, subject) => requestTrial(context, wish, subject),
      explainStanding: (githubId, watchKey) => explainStanding(context, githubId, watchKey),
    },
    standing: {
      switchRepository: (id, enabled) => switchRepository(context, id, enabled),
      switchInstallation: (id, enabled) => switchInstallation(context, id, enabled),
      confirmSecretsOwner: (repositoryId) => confirmSecretsOwner(context, repositoryId),
      purgeInstallation: (id) => purgeInstallation(context, id),
      requestMembers: (repositoryId) => requestMembers(context, repositoryId),
      recheckConfig: (repositoryId) => recheckConfig(context, repositoryId),
      listWebhooks: (repositoryId) => listWebhooks(context, repositoryId),
    },
    secrets: createSecretActions(context, keyRing),
  };
}

/** What tells RepoWatch from elsewhere, and what it does elsewhere for a person. */
function createOutsideActions(context: Context, keyRing: KeyRing): Pick<HttpActions, 'triggers' | 'hooks' | 'github'> {
  const tools = { db: context.db, keyRing };
  return {
    triggers: {
      register: (wish, asked) => registerTrigger(tools, wish, asked),
      import: (wish, asked) => importTrigger(tools, wish, asked),
      rotate: (wish, asked) => rotateTrigger(tools, wish, asked),
      change: (wish, asked) => changeTrigger(tools, wish, asked),
      forget: (id, asked) => forgetTrigger(tools, id, asked),
    },
    hooks: {
      list: (githubId) => readHooks(context, githubId),
      put: (wish) => putHook(context, wish),
      patch: (wish) => patchHook(context, wish),
      delete: (wish) => deleteHook(context, wish),
      copy: (wish) => copyHooks(context, wish),
      putDefault: (wish) => putDefaultHook(context, wish),
      deleteDefault: (wish) => deleteDefaultHook(context, wish),
    },
    github: {
      act: (deed) => actOnGitHub(context, deed),
      propose: (wish) => proposeFile(context, wish),
      openIssues: (wish) => requestBulkIssues(context, wish),
    },
  };
}

function createSecretActions(context: Context, keyRing: KeyRing): HttpActions['secrets'] {
  return {
    put: ({ owner, ...secret }) => upsertSecret(context.db, { ...owner, ...secret, keyRing }),
    async delete({ owner, name }) {
      const removed = await deleteSecret(context.db, { ...owner, name });
      return removed ? ok({}) : failed('not_found', `There is no secret ${name} in this scope.`);
    },
    findUses: (wanted) => findSecretUses(context, wanted),
    findMissing: (githubIds) => findMissingSecrets(context, githubIds),
    readKeys: () => readKeyReport(context.db, keyRing),
    rotateKey: (requestedBy) => requestKeyRotation(context, requestedBy),
  };
}
