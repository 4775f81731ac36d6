/**
 * The one list of status words. The database checks, the API, the page and the docs use these and no others;
 * test/statuses.test.ts compares them with the checks in Postgres.
 */

/** A delivery from arrival to its settling. */
export const deliveryStatuses = ['unprocessed', 'processing', 'processed', 'ignored', 'errored', 'reprocessing'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** How an inbound message reached us. */
export const deliverySources = ['webhook', 'recovered', 'trigger', 'manual'] as const;
export type DeliverySource = (typeof deliverySources)[number];

/** Who can tell something through an inbound trigger; each proves itself in its own way. */
export const triggerProviders = ['github', 'gitlab', 'generic'] as const;
export type TriggerProvider = (typeof triggerProviders)[number];

/** What the scan of GitHub's record does at this moment; neither between two scans. */
export const recoveryPhases = ['listing', 'pulling'] as const;
export type RecoveryPhase = (typeof recoveryPhases)[number];

/** A delivery of GitHub's record that was not held when it was seen: `arrived` came by itself after all, `lost` cannot be had any more. */
export const recoveryStatuses = ['missing', 'recovered', 'arrived', 'lost'] as const;
export type RecoveryStatus = (typeof recoveryStatuses)[number];

/** How a change was learned. */
export const changeOrigins = ['webhook', 'recovered', 'reconcile', 'trigger', 'manual'] as const;
export type ChangeOrigin = (typeof changeOrigins)[number];

/** What is known of a repository's configuration file; `unknown` only until the first look. */
export const configStatuses = ['unknown', 'absent', 'load_error', 'invalid', 'ok'] as const;
export type ConfigStatus = (typeof configStatuses)[number];

/** A run: `waiting` for its next try, `failed` for good, `dead` when the tries were used up. */
export const runStatuses = ['queued', 'running', 'waiting', 'succeeded', 'failed', 'dead', 'cancelled'] as const;
export type RunStatus = (typeof runStatuses)[number];

/** A step of a run; `skipped` when its `if` said no or an earlier step failed. */
export const stepStatuses = ['running', 'waiting', 'succeeded', 'failed', 'dead', 'skipped', 'cancelled'] as const;
export type StepStatus = (typeof stepStatuses)[number];

/** One try of a step; `interrupted` when the process died before the answer was written down. */
export const attemptStatuses = ['started', 'succeeded', 'failed', 'interrupted'] as const;
export type AttemptStatus = (typeof attemptStatuses)[number];

/** Whose value a secret is. */
export const secretScopes = ['global', 'installation', 'project', 'repository', 'watch'] as const;
export type SecretScope = (typeof secretScopes)[number];

/** How an installation that was begun here ended: it came, a later one took its place, or somebody took it back. */
export const intentEndings = ['installed', 'replaced', 'cancelled'] as const;
export type IntentEnding = (typeof intentEndings)[number];

/** A ref is a branch or a tag. */
export const refKinds = ['branch', 'tag'] as const;
export type RefKind = (typeof refKinds)[number];

/** What a request to GitHub is for; see github/purpose.ts. */
export const githubPurposes = ['interactive', 'actions', 'sweep'] as const;
export type GitHubPurpose = (typeof githubPurposes)[number];

/** Why GitHub is left alone for a while although its hourly limit is not reached. */
export const githubPauseReasons = ['secondary_limit', 'retry_after'] as const;
export type GitHubPauseReason = (typeof githubPauseReasons)[number];

/** What a check of a repository found; `manual` notes that a person asked for one. */
export const checkResults = ['changed', 'no_change', 'initialized', 'error', 'manual'] as const;
export type CheckResult = (typeof checkResults)[number];

/** Why a repository was checked: because it was due, or because a person asked. */
export const checkTriggers = ['schedule', 'manual'] as const;
export type CheckTrigger = (typeof checkTriggers)[number];

/** What a job does for each of its repositories, runs, issues or encrypted values. */
export const jobKinds = ['reconcile', 'listing', 'recovery', 'replay', 'redrive', 'issues', 'rotate_key'] as const;
export type JobKind = (typeof jobKinds)[number];

/** A job that people asked for; `failed` when it is over and something of it could not be done. */
export const jobStatuses = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;
export type JobStatus = (typeof jobStatuses)[number];

/** One repository or run of a job. */
export const jobItemStatuses = ['open', 'done', 'failed', 'cancelled'] as const;
export type JobItemStatus = (typeof jobItemStatuses)[number];

/** Who decides what a watch or a version of a configuration says: the repository's file, the organisation's, the operator's, a project, or whoever uses the API. */
export const managers = ['file', 'organization', 'server', 'api', 'project'] as const;
export type ManagedBy = (typeof managers)[number];

/** Which repositories a project follows: those that were chosen, or all of its installation but those that were taken out. */
export const projectFollows = ['selected', 'all'] as const;
export type ProjectFollow = (typeof projectFollows)[number];

/** What somebody is in a project. */
export const projectRoles = ['manager', 'viewer'] as const;
export type ProjectRole = (typeof projectRoles)[number];

/** What was said of a proposed version of a configuration: `unchanged` when the commit turned out to leave the file alone, `superseded` by a newer commit. */
export const validationStatuses = ['waiting', 'done', 'unchanged', 'superseded', 'failed'] as const;
export type ValidationStatus = (typeof validationStatuses)[number];

/** What a validation came to; `neutral` where there is no file. GitHub's words. */
export const validationConclusions = ['success', 'failure', 'neutral'] as const;
export type ValidationConclusion = (typeof validationConclusions)[number];

/** Where a validation was reported on GitHub; `none` when the App may write neither. */
export const feedbackChannels = ['check', 'status', 'none'] as const;
export type FeedbackChannel = (typeof feedbackChannels)[number];

/** Whose configuration a replay follows: that of the run it repeats, or the one in force. */
export const replayConfigs = ['then', 'now'] as const;
export type ReplayConfig = (typeof replayConfigs)[number];

/** Where a ticket is kept: in Jira, as an issue on GitHub, or by RepoWatch itself. */
export const ticketProviders = ['jira', 'github', 'builtin'] as const;
export type TicketProvider = (typeof ticketProviders)[number];

/** What a step made of a ticket: `planned` in a dry run, `commented` when it was not moved and a comment says so. */
export const ticketResultStatuses = ['planned', 'moved', 'unchanged', 'commented', 'failed'] as const;
export type TicketResultStatus = (typeof ticketResultStatuses)[number];

/** How a destination is: `resting` after failures in a row, `probing` while one attempt finds out, `disabled` since it said that it is gone. */
export const destinationStates = ['ok', 'resting', 'probing', 'disabled'] as const;
export type DestinationState = (typeof destinationStates)[number];
