import { noteMember } from './collaborators.ts';
import { accountPayload, repositoryPayload } from './payloads.ts';
import { organizationOf } from './push-events.ts';
import { announce } from './webhook-sender.ts';
import { findInstallation, readAccount, readRepository, type Json, type World } from './world.ts';

/** Something that happens on GitHub and that the stand-in does not play itself: a pull request, a release, a collaborator. */
export interface AnyEvent {
  /** `owner/name` */
  repo: string;
  /** The name of the event, as in X-GitHub-Event. */
  event: string;
  /** What is sent; `repository`, `organization`, `installation` and `sender` are put in as GitHub would. */
  payload: Json;
  /** Login of who did it; a `sender` in the payload or `octocat` by default. */
  sender?: string;
}

/** Announces an event with this payload as GitHub would, signed and recorded; answers its GUID, or undefined when the App would hear nothing of it. */
export function announceEvent(world: World, { repo, event, payload, sender }: AnyEvent): string | undefined {
  const repository = readRepository(world, repo);
  if (event === 'member') noteMember(world, { repo, payload });
  const installation = findInstallation(world, repository);
  if (!installation) return undefined;
  const by =
    sender === undefined ? (payload['sender'] ?? accountPayload(world, world.pusher)) : accountPayload(world, readAccount(world, sender));
  const { installation: _, ...said } = payload;
  const whole = { ...said, repository: repositoryPayload(world, repository), ...organizationOf(world, repository), sender: by };
  return announce(world, { event, payload: whole, installation, repository });
}
