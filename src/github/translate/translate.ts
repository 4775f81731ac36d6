import { ignored, type Translation } from '../translation.ts';
import { translateInstallationTarget, translateOrganization } from './account.ts';
import { translateAppAuthorization } from './app-authorization.ts';
import { translateCheckRun, translateCheckSuite } from './check-run.ts';
import { translateCreate } from './create.ts';
import { translateDelete } from './delete.ts';
import { translateInstallationRepositories } from './installation-repositories.ts';
import { translateInstallation } from './installation.ts';
import { translateIssueComment } from './issue-comment.ts';
import { translateIssues } from './issues.ts';
import { translateMember } from './member.ts';
import { translatePing } from './ping.ts';
import { translatePublic } from './public.ts';
import { translatePullRequest } from './pull-request.ts';
import { translatePush } from './push.ts';
import { quote, type Translator } from './read-payload.ts';
import { translateRelease } from './release.ts';
import { translateRepositoryDispatch } from './repository-dispatch.ts';
import { translateRepository } from './repository.ts';

/** The events that RepoWatch acts on. app.yml subscribes to the same ones; test/app-manifest.test.ts compares. */
export const handledEvents = [
  'push',
  'create',
  'delete',
  'installation',
  'installation_repositories',
  'installation_target',
  'organization',
  'github_app_authorization',
  'repository',
  'public',
  'pull_request',
  'issues',
  'issue_comment',
  'release',
  'member',
  'check_run',
  'check_suite',
  'repository_dispatch',
  'ping',
] as const;
type HandledEvent = (typeof handledEvents)[number];

const translators: Record<HandledEvent, Translator> = {
  push: translatePush,
  create: translateCreate,
  delete: translateDelete,
  installation: translateInstallation,
  installation_repositories: translateInstallationRepositories,
  installation_target: translateInstallationTarget,
  organization: translateOrganization,
  github_app_authorization: translateAppAuthorization,
  repository: translateRepository,
  public: translatePublic,
  pull_request: translatePullRequest,
  issues: translateIssues,
  issue_comment: translateIssueComment,
  release: translateRelease,
  member: translateMember,
  check_run: translateCheckRun,
  check_suite: translateCheckSuite,
  repository_dispatch: translateRepositoryDispatch,
  ping: translatePing,
};

/** True for an event with a translator; names such as `__proto__` are nothing special. */
function isHandledEvent(name: string): name is HandledEvent {
  return Object.hasOwn(translators, name);
}

/** The payload as the object that every event of GitHub is, or undefined. */
function asObject(payload: unknown): Record<string, unknown> | undefined {
  return typeof payload === 'object' && payload !== null && !Array.isArray(payload) ? (payload as Record<string, unknown>) : undefined;
}

/** Why a delivery cannot be given to a translator, or undefined when it can. */
export function refuseDelivery(name: string, payload: unknown): Translation | undefined {
  if (!isHandledEvent(name)) return ignored('unhandled_event', `RepoWatch does not act on the event ${quote(name)}`);
  const object = asObject(payload);
  if (!object) return ignored('unexpected_payload', `The payload of this ${name} delivery is not a JSON object`);
  const action = object['action'];
  if (action !== undefined && typeof action !== 'string') {
    return ignored('unexpected_payload', `A ${name} payload must carry text in "action", and this one carries something else`);
  }
  return undefined;
}

/** Says what a delivery means. Pure; throws for no payload whatsoever. */
export function translate(name: string, payload: unknown): Translation {
  const refusal = refuseDelivery(name, payload);
  return refusal ?? translators[name as HandledEvent](payload as Record<string, unknown>);
}
