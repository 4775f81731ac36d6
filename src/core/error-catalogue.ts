/** What one code means: the HTTP status it answers with, whether trying again later can help, and its title in docs/errors.md. */
interface CatalogueEntry {
  status: number;
  retryable: boolean;
  title: string;
}

/**
 * Every code that RepoWatch can answer, store or print. Codes are never reused. docs/errors.md explains each;
 * test/errors.test.ts keeps both equal.
 */
export const catalogue = {
  // Start and settings
  settings_invalid: { status: 500, retryable: false, title: 'A setting is missing or bad' },
  not_registered: { status: 503, retryable: true, title: 'RepoWatch has no GitHub App yet' },
  embedded_postgres_failed: { status: 500, retryable: false, title: 'The embedded Postgres did not start' },
  database_unavailable: { status: 503, retryable: true, title: 'Postgres cannot be reached' },
  schema_newer: { status: 500, retryable: false, title: 'The database was migrated by a newer RepoWatch' },
  git_missing: { status: 500, retryable: false, title: 'git, or its HTTP server, is not installed' },
  server_unreachable: { status: 503, retryable: true, title: 'No RepoWatch answers at REPOWATCH_URL' },
  demo_failed: { status: 500, retryable: false, title: 'The demo waited for something that did not happen' },
  internal_error: { status: 500, retryable: false, title: 'Something failed that should not' },

  // Intake
  intake_off: { status: 404, retryable: false, title: 'This server takes no deliveries; it reads them from GitHub' },
  body_too_large: { status: 413, retryable: false, title: 'The body is larger than 25 MiB' },
  intake_busy: { status: 503, retryable: true, title: 'Too many bodies are being received at once' },
  signature_missing: { status: 401, retryable: false, title: 'No X-Hub-Signature-256 header' },
  signature_invalid: { status: 401, retryable: false, title: 'The signature does not fit the body' },
  header_missing: { status: 400, retryable: false, title: 'A required header is missing' },
  header_invalid: { status: 400, retryable: false, title: 'A header has a value that is not allowed' },
  content_type_unsupported: { status: 415, retryable: false, title: 'Only application/json is accepted' },
  body_not_json: { status: 400, retryable: false, title: 'The body is not a JSON object' },
  delivery_not_stored: { status: 503, retryable: true, title: 'The delivery could not be committed in time' },
  request_timeout: { status: 408, retryable: true, title: 'The request did not arrive in time' },
  method_not_allowed: { status: 405, retryable: false, title: 'This address takes another method' },

  // Why a delivery was settled without a change
  unhandled_event: { status: 200, retryable: false, title: 'RepoWatch does not act on this event' },
  unhandled_action: { status: 200, retryable: false, title: 'RepoWatch does not act on this action of the event' },
  unexpected_payload: { status: 200, retryable: false, title: 'The payload lacks what this event must carry' },
  no_installation: { status: 200, retryable: false, title: 'The delivery names no installation' },
  installation_suspended: { status: 200, retryable: false, title: 'The installation is suspended' },
  installation_deleted: { status: 200, retryable: false, title: 'The installation was deleted' },
  installation_not_allowed: { status: 200, retryable: false, title: 'The account is not on the list of allowed accounts' },
  installation_disabled: { status: 200, retryable: false, title: 'The installation is switched off' },
  repository_moved: { status: 200, retryable: false, title: 'The repository belongs to another installation now' },
  stale: { status: 200, retryable: false, title: 'Older than what is known' },
  repository_removed: { status: 200, retryable: false, title: 'The repository is not part of the installation' },
  repository_disabled: { status: 200, retryable: false, title: 'The repository is switched off' },
  ref_not_tracked: { status: 200, retryable: false, title: 'The ref is neither a branch nor a tag' },
  already_known: { status: 200, retryable: false, title: 'This change was already recorded' },
  covered_by_reconcile: { status: 200, retryable: false, title: 'Reconcile had already acted on this change' },
  not_confirmed: { status: 200, retryable: false, title: 'GitHub does not confirm this change' },
  hook_verified: { status: 200, retryable: false, title: 'GitHub checked the webhook address' },
  nothing_to_tell: { status: 200, retryable: false, title: 'Nothing happened yet that a watch can ask for' },
  state_updated: { status: 200, retryable: false, title: 'Only what is tracked was updated' },
  processing_failed: { status: 200, retryable: true, title: 'Processing gave up after several tries' },

  // GitHub
  github_unavailable: { status: 503, retryable: true, title: 'GitHub cannot be reached' },
  github_rate_limited: { status: 503, retryable: true, title: 'GitHub asked to wait' },
  github_budget_spent: { status: 503, retryable: true, title: 'The share of GitHub requests for this kind of work is used up' },
  github_busy: { status: 503, retryable: true, title: 'Another step is writing the same thing' },
  github_timeout: { status: 503, retryable: true, title: 'GitHub did not answer within the time of the step' },
  github_unauthorized: { status: 502, retryable: false, title: 'GitHub refused the App credentials' },
  github_forbidden: { status: 502, retryable: false, title: 'The App lacks a permission' },
  github_refused: { status: 502, retryable: false, title: 'GitHub refused a request as wrong' },
  github_not_found: { status: 404, retryable: false, title: 'GitHub does not know it, or hides it' },
  github_ip_not_allowed: { status: 502, retryable: false, title: 'An IP allow list keeps RepoWatch out' },
  github_sso_required: { status: 502, retryable: false, title: 'The organisation asks for its own sign-in first' },
  repository_archived: { status: 502, retryable: false, title: 'The repository is archived and cannot be written to' },
  listing_incomplete: { status: 502, retryable: true, title: 'A listing could not be read to its end' },

  delivery_lost: { status: 200, retryable: false, title: 'GitHub no longer has a delivery that was missed' },

  // Configuration
  config_invalid: { status: 422, retryable: false, title: 'The configuration has errors' },
  config_too_large: { status: 422, retryable: false, title: 'The configuration is larger than 128 KiB' },
  config_not_a_file: { status: 422, retryable: false, title: 'The configuration path is not a plain file' },
  config_not_text: { status: 422, retryable: false, title: 'The configuration is not UTF-8 text' },
  config_syntax: { status: 422, retryable: false, title: 'The configuration is not valid YAML' },
  config_too_complex: { status: 422, retryable: false, title: 'The configuration has too many parts' },
  config_yaml_refused: { status: 422, retryable: false, title: 'The configuration uses a part of YAML that is not allowed' },
  config_key_unknown: { status: 422, retryable: false, title: 'The configuration has a key that does not exist' },
  config_key_duplicate: { status: 422, retryable: false, title: 'The configuration has a key twice' },
  config_key_missing: { status: 422, retryable: false, title: 'The configuration lacks a key' },
  config_value_invalid: { status: 422, retryable: false, title: 'A value of the configuration is not allowed' },
  config_comment_cut: { status: 200, retryable: false, title: 'A comment cuts a value' },
  secret_literal: { status: 200, retryable: false, title: 'A secret is written into the configuration' },
  machine_target_unknown: { status: 422, retryable: false, title: 'A state machine leads to a state that does not exist' },
  machine_alias_missing: { status: 422, retryable: false, title: 'A state has no name where the tickets are' },
  machine_conflict: { status: 422, retryable: false, title: 'An event leads to two states at once' },
  machine_unreachable: { status: 422, retryable: false, title: 'No event leads to a state' },
  machine_no_end: { status: 422, retryable: false, title: 'A state machine has no end' },
  machine_unknown: { status: 422, retryable: false, title: 'A step names a state machine that does not exist' },
  not_allowed_by_layer: { status: 422, retryable: false, title: 'The organisation does not allow it' },
  expression_invalid: { status: 422, retryable: false, title: 'An expression cannot be understood' },
  expression_failed: { status: 422, retryable: false, title: 'An expression could not be evaluated' },

  // Actions
  action_unknown: { status: 422, retryable: false, title: 'No such action kind' },
  action_input_invalid: { status: 422, retryable: false, title: 'The inputs of a step are not valid' },
  destination_not_allowed: { status: 422, retryable: false, title: 'The address may not be called' },
  secret_not_found: { status: 422, retryable: false, title: 'A named secret does not exist in this scope' },
  secrets_frozen: { status: 422, retryable: false, title: 'A secret belongs to the former owner of the repository' },
  secret_destination_not_allowed: { status: 422, retryable: false, title: 'A secret may not be sent to this address' },
  webhook_failed: { status: 502, retryable: true, title: 'The receiver answered with an error' },
  webhook_rejected: { status: 502, retryable: false, title: 'The receiver refused the request' },
  webhook_redirected: { status: 502, retryable: false, title: 'The receiver answered with a redirect' },
  webhook_gone: { status: 502, retryable: false, title: 'The receiver says it is gone for good' },
  webhook_timeout: { status: 502, retryable: true, title: 'The receiver did not answer in time' },
  webhook_unreachable: { status: 502, retryable: true, title: 'The receiver could not be reached' },
  slack_failed: { status: 502, retryable: true, title: 'Slack cannot take the message now' },
  slack_refused: { status: 502, retryable: false, title: 'Slack refused the message' },
  email_failed: { status: 502, retryable: true, title: 'The mail server cannot take the message now' },
  email_refused: { status: 502, retryable: false, title: 'The mail server refused the message' },
  email_insecure: { status: 502, retryable: false, title: 'The mail server offers no trusted encryption' },
  email_timeout: { status: 502, retryable: true, title: 'The mail server did not answer in time' },
  email_unreachable: { status: 502, retryable: true, title: 'The mail server could not be reached' },
  script_failed: { status: 422, retryable: false, title: 'The script threw an error' },
  script_invalid: { status: 422, retryable: false, title: 'The script cannot be compiled' },
  script_timeout: { status: 422, retryable: false, title: 'The script ran longer than allowed' },
  script_memory: { status: 422, retryable: false, title: 'The script used more memory than allowed' },
  script_output_too_large: { status: 422, retryable: false, title: 'The script returned or logged too much' },
  script_crashed: { status: 502, retryable: true, title: 'The script process died' },
  scripts_unavailable: { status: 503, retryable: false, title: 'Scripts cannot run on this machine' },
  interrupted: { status: 502, retryable: true, title: 'The process died during the attempt' },
  settling: { status: 409, retryable: false, title: 'The run waits until its subject has come to rest' },
  batching: { status: 409, retryable: false, title: 'The run gathers the changes of its key' },
  holding: { status: 409, retryable: false, title: 'The run waits until the changed files are known' },
  superseded: { status: 409, retryable: false, title: 'A newer run of the same key goes instead' },
  dropped: { status: 409, retryable: false, title: 'An older run of the same key was not over' },
  settled_away: { status: 409, retryable: false, title: 'What the run was about was gone when it had settled' },
  paths_unmatched: { status: 409, retryable: false, title: 'None of the changed files is one that the watch wants' },
  cancelled: { status: 409, retryable: false, title: 'The run was cancelled' },
  loop_suspected: { status: 409, retryable: false, title: 'The watch seems to answer its own effects' },

  // REST
  unauthorized: { status: 401, retryable: false, title: 'No valid token' },
  forbidden: { status: 403, retryable: false, title: 'Not allowed' },
  token_expired: { status: 401, retryable: false, title: 'The token has expired' },
  token_revoked: { status: 401, retryable: false, title: 'The token was revoked' },
  token_malformed: { status: 401, retryable: false, title: 'The token has a typing error' },
  session_over: { status: 401, retryable: false, title: 'The session is over' },
  scope_missing: { status: 403, retryable: false, title: 'The token lacks the scope' },
  sign_in_off: { status: 404, retryable: false, title: 'Signing in with GitHub is not set up' },
  sign_in_pending: { status: 409, retryable: true, title: 'The sign-in waits for the person on GitHub' },
  sign_in_refused: { status: 401, retryable: false, title: 'GitHub did not confirm who this is' },
  not_found: { status: 404, retryable: false, title: 'No such thing' },
  managed_by_file: { status: 409, retryable: false, title: 'A file declares it' },
  already_exists: { status: 412, retryable: false, title: 'It exists already' },
  conflict: { status: 409, retryable: false, title: 'It is in another state' },
  watch_gone: { status: 409, retryable: false, title: 'The watch is not in force any more' },
  bulk_busy: { status: 409, retryable: true, title: 'Many runs are being replayed or redriven already' },
  request_invalid: { status: 422, retryable: false, title: 'The request has errors' },
  request_malformed: { status: 400, retryable: false, title: 'The request cannot be read' },
  request_too_large: { status: 413, retryable: false, title: 'The request body is larger than 1 MiB' },
  too_many_attempts: { status: 429, retryable: true, title: 'Too many attempts with a wrong token' },
  trial_busy: { status: 503, retryable: true, title: 'Too many configurations are being tried out at once' },
  page_busy: { status: 503, retryable: true, title: 'Too many live pages are open' },
  secrets_key_missing: { status: 503, retryable: false, title: 'SECRETS_KEY has no key for this value' },
} as const satisfies Record<string, CatalogueEntry>;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof catalogue;

/** True when the text is a code of the catalogue. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(catalogue, text);
}
