import type { Actor } from '../changes/ref-change.ts';
import type { InboundChangeData } from '../changes/inbound-change.ts';
import type { RefKind } from '../core/statuses.ts';
import { ignored, type Translation } from '../github/translation.ts';
import type { TriggerSender } from '../inbox/trigger-sender.ts';
import type { WaitingDelivery } from '../inbox/waiting-deliveries.ts';
import type { Context } from './context.ts';

/** What a message of another system means: something was told, and which trigger told it. */
export interface InboundTranslation {
  result: 'inbound';
  triggerId: string;
  actor: Actor | null;
  data: Omit<InboundChangeData, 'trigger'>;
}

/**
 * What a repository's own webhook may tell through a trigger: what happens in that repository. Whoever has a repository's secret must
 * not be able to say that the App was uninstalled, or that the repository belongs to somebody else.
 */
const repositoryEvents: ReadonlySet<string> = new Set([
  'ping',
  'push',
  'create',
  'delete',
  'pull_request',
  'issues',
  'issue_comment',
  'release',
]);

/** Translates what GitHub sent to a trigger, as what it sends to the App: its payload lacks only the installation. */
export async function translateTriggered(
  context: Pick<Context, 'receive'>,
  delivery: WaitingDelivery,
  payload: Record<string, unknown>,
): Promise<Translation> {
  const { event, guid, installationGithubId, repositoryGithubId } = delivery;
  if (!repositoryEvents.has(event))
    return ignored('unhandled_event', `${event} is not taken from a trigger, only from the App's own webhook`);
  const shown = payload['repository'];
  // The door has judged a number, but GitHub's answers are read with ids as texts, too.
  const repository = typeof shown === 'object' && shown !== null ? { ...shown, id: Number(repositoryGithubId) } : shown;
  const addressed = { ...payload, repository, installation: { id: Number(installationGithubId) } };
  return await context.receive({ id: guid, name: event, payload: addressed });
}

/** What GitLab calls its events (`object_kind`, or the header without ` Hook`), and everybody else theirs. */
export function translateInbound(sender: TriggerSender, delivery: WaitingDelivery, payload: Record<string, unknown>): InboundTranslation {
  const { event } = delivery;
  const isGitLab = sender.provider === 'gitlab';
  return {
    result: 'inbound',
    triggerId: sender.id,
    actor: isGitLab ? readPerson(payload) : null,
    data: {
      event,
      ref: isGitLab ? readRef(payload['ref']) : null,
      before: isGitLab ? text(payload['before']) : null,
      after: isGitLab ? text(payload['after'] ?? payload['checkout_sha']) : null,
      url: isGitLab ? link(member(payload['project'], 'web_url')) : null,
    },
  };
}

function readPerson(payload: Record<string, unknown>): Actor | null {
  const login = text(payload['user_username'] ?? member(payload['user'], 'username'));
  return login === null ? null : { id: null, login, type: 'User' };
}

function readRef(value: unknown): InboundChangeData['ref'] {
  const [, folder, name] = /^refs\/(heads|tags)\/(.+)$/s.exec(text(value) ?? '') ?? [];
  if (folder === undefined || name === undefined) return null;
  const kind: RefKind = folder === 'heads' ? 'branch' : 'tag';
  return { kind, name, full: `refs/${folder}/${name}` };
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, 300) : null;
}

function link(value: unknown): string | null {
  const address = text(value);
  return address !== null && /^https?:\/\//.test(address) ? address : null;
}
