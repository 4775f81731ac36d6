import type { Change, NounChange } from '../changes/change.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { translate } from '../github/translate/translate.ts';
import type { RepositoryFacts, Translation } from '../github/translation.ts';
import type { WaitingDelivery } from '../inbox/waiting-deliveries.ts';
import type { Repository } from '../mirror/repository.ts';
import { toArrival } from './admit-delivery.ts';
import { toChange } from './apply-changes.ts';
import { describeRepository } from './describe-repository.ts';
import { toInstallationChange } from './to-installation-change.ts';
import { trialRepository } from './trial-repository.ts';

/** An event of GitHub that is not a delivery: for trying a file out. */
export interface TrialEvent {
  name: string;
  payload: Record<string, unknown>;
}

/** What an event comes to. The change has no row, and its id is 0. */
export interface TrialChange {
  change: Change;
  repository: Repository;
}

/** Payloads of a repository's own webhook name no installation; for trying a file out that does not matter. */
const someInstallation = { id: 1 };

/**
 * The change that an event of GitHub stands for, as the real path makes it when it is news. Pure. With `repository`, that one
 * is meant, whatever the payload says of it.
 */
export function changeOfEvent({ name, payload }: TrialEvent, known?: Repository): Outcome<TrialChange, ErrorCode> {
  const translation = translate(name, { installation: someInstallation, ...payload });
  const refuse = (why: string) => failed('request_invalid' satisfies ErrorCode, `This ${name} event makes no change: ${why}.`);
  switch (translation.result) {
    case 'ref_move': {
      const repository = known ?? trialRepository(translation.repository, translation.installation.github_id);
      return ok({ change: toChange(arrivalOf(translation, repository, payload), '0'), repository });
    }
    case 'noun':
      return ok(nounChange({ ...translation.change, actor: translation.actor }, known ?? factsOf(translation)));
    case 'repository': {
      const what = { type: `repository.${translation.action}` as const, data: { from: translation.from } };
      return ok(nounChange({ ...what, actor: translation.actor }, known ?? factsOf(translation)));
    }
    case 'installation': {
      const { account, github_id: id } = translation.installation;
      const repository = known ?? trialRepository(homeOf(account), id);
      return ok(nounChange({ ...toInstallationChange(translation), actor: translation.actor }, repository));
    }
    case 'ref_hint':
      return refuse('GitHub sends a push beside it, and that one makes the change. Give the payload of the push');
    case 'ignored':
    case 'noted':
      return refuse(translation.reason);
    default:
      return refuse('it only updates what is tracked');
  }
}

function factsOf({ repository, installation }: { repository: RepositoryFacts; installation: { github_id: string } }): Repository {
  return trialRepository(repository, installation.github_id);
}

function arrivalOf(translation: Extract<Translation, { result: 'ref_move' }>, repository: Repository, payload: Record<string, unknown>) {
  const delivery: WaitingDelivery = {
    id: '0',
    lane: '',
    source: 'webhook',
    sender: 'app',
    guid: '',
    event: 'push',
    body: Buffer.alloc(0),
    digest: '',
    status: 'unprocessed',
    attempts: 0,
    nextAttemptAt: null,
    receivedAt: new Date(),
    sentAt: null,
    installationGithubId: null,
    repositoryGithubId: null,
    hasSignedGuid: false,
  };
  return toArrival({ delivery, payload, translation }, translation, repository);
}

function nounChange(
  what: { type: string; data: unknown; actor: Change['actor'] },
  repository: Repository,
): { change: Change; repository: Repository } {
  const change = {
    id: '0',
    origin: 'webhook',
    repository: describeRepository(repository),
    installation: { id: repository.installationGithubId },
    happened_at: new Date().toISOString(),
    ...what,
  };
  return { change: change as unknown as NounChange, repository };
}

/** Installations are told to the owner's `.github` repository. */
function homeOf(account: { github_id: string; login: string; type: string; avatar_url: string | null }): RepositoryFacts {
  return {
    github_id: '0',
    node_id: null,
    name: '.github',
    full_name: `${account.login}/.github`,
    owner: account,
    private: true,
    visibility: null,
    default_branch: null,
    archived: false,
    disabled: false,
    pushed_at: null,
    updated_at: null,
    html_url: null,
  };
}

/** The names of events by what only their payloads have; the first one that fits is it. */
const signs: readonly [string, (payload: Record<string, unknown>) => boolean][] = [
  ['push', has('before', 'after', 'ref')],
  ['create', has('ref', 'ref_type', 'master_branch')],
  ['delete', has('ref', 'ref_type')],
  ['issue_comment', has('comment', 'issue')],
  ['pull_request', (payload) => has('pull_request', 'action')(payload) && !has('comment')(payload) && !has('review')(payload)],
  ['issues', has('issue', 'action')],
  ['release', has('release', 'action')],
  ['member', has('member', 'action', 'repository')],
  ['check_run', has('check_run')],
  ['check_suite', has('check_suite')],
  ['installation_repositories', has('repositories_added', 'repositories_removed')],
  ['ping', has('zen', 'hook_id')],
  ['installation_target', has('account', 'target_type')],
  ['organization', has('organization', 'action', 'membership')],
  ['repository', (payload) => has('repository', 'action')(payload) && Object.keys(payload).every((key) => repositoryKeys.has(key))],
  ['installation', (payload) => has('installation', 'action')(payload) && !has('repository')(payload)],
];

const repositoryKeys = new Set(['action', 'repository', 'sender', 'organization', 'installation', 'enterprise', 'changes']);

function has(...keys: string[]): (payload: Record<string, unknown>) => boolean {
  return (payload) => keys.every((key) => payload[key] !== undefined);
}

/** What an event is called that GitHub would send this payload for; undefined when nothing tells. */
export function guessEventName(payload: Record<string, unknown>): string | undefined {
  return signs.find(([, fits]) => fits(payload))?.[0];
}
