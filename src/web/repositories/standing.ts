import type { Breaker } from '../../http/schemas/lane.ts';
import type { Repository, WatchItem } from '../../http/schemas/repository.ts';
import { html, type Html } from '../html.ts';
import { repositoryPath } from '../kit/paths.ts';
import { timeAgo } from '../parts/relative-time.ts';

/** One thing that is to be said of a repository. */
export interface Statement {
  tone: 'success' | 'attention' | 'danger' | 'muted';
  icon: string;
  text: Html;
}

/** What the sentences are about. */
export interface StandingFacts {
  repository: Repository;
  watches: readonly Pick<WatchItem, 'mode'>[];
  /** Watches that were taken for a loop, and are stopped. */
  breakers: readonly Breaker[];
}

function whyNothingHappens({ repository }: StandingFacts): Statement[] {
  const { status, removed_reason: reason, full_name: name } = repository;
  switch (status) {
    case 'removed':
      return [
        {
          tone: 'danger',
          icon: 'trash',
          text: html`RepoWatch has no access to it any more${reason !== null && html` (${reason.replaceAll('_', ' ')})`}. What happened
          stays to be looked at.`,
        },
      ];
    case 'disabled':
      return [
        {
          tone: 'attention',
          icon: 'circle-slash',
          text: repository.enabled
            ? html`GitHub has disabled it, so nothing is done here.`
            : html`It is switched off here: what GitHub tells of it is kept, and nothing is done.
                <a href="${repositoryPath(name, 'settings')}">Switch it on</a>.`,
        },
      ];
    case 'archived':
      return [{ tone: 'muted', icon: 'archive', text: html`It is archived on GitHub, so nothing happens in it.` }];
    case 'active':
      return [];
  }
}

function configTrouble({
  repository: { config_status: config, default_branch: branch, full_name: name, config_checked_at: at },
}: StandingFacts): Statement[] {
  const link = html`<a href="${repositoryPath(name, 'config')}">See the lines</a>`;
  if (config === 'invalid')
    return [
      {
        tone: 'danger',
        icon: 'x-circle-fill',
        text: html`The configuration on <bdi>${branch ?? 'the default branch'}</bdi> has errors and does not count; what was in force before
          stays. ${link}.`,
      },
    ];
  if (config === 'load_error')
    return [{ tone: 'attention', icon: 'alert', text: html`The configuration could not be read ${timeAgo(at)}; what was in force stays.` }];
  return [];
}

function otherTroubles({ repository, breakers }: StandingFacts): Statement[] {
  const { reconcile, secrets, full_name: name } = repository;
  const settings = repositoryPath(name, 'settings');
  const open = breakers.filter((breaker) => breaker.open);
  return [
    ...(open.length > 0
      ? [
          {
            tone: 'danger' as const,
            icon: 'sync',
            text: html`${open.length === 1 ? html`The watch <code>${open[0]!.watch}</code> was` : `${open.length} watches were`} stopped,
              because ${open.length === 1 ? 'it seems' : 'they seem'} to answer ${open.length === 1 ? 'its' : 'their'} own effects.
              <a href="${settings}#loops">Look at the loop</a>.`,
          },
        ]
      : []),
    ...(secrets.frozen > 0
      ? [
          {
            tone: 'attention' as const,
            icon: 'key',
            text: html`${secrets.frozen === 1 ? 'One secret belongs' : `${secrets.frozen} secrets belong`} to a former owner and no run sees
              ${secrets.frozen === 1 ? 'it' : 'them'}. <a href="${settings}#secrets">Confirm the owner</a>.`,
          },
        ]
      : []),
    ...(reconcile.error !== null
      ? [
          {
            tone: 'attention' as const,
            icon: 'git-compare',
            text: html`It could not be compared with GitHub: <bdi>${reconcile.error}</bdi>
              <span class="muted">Next try ${timeAgo(reconcile.due_at)}</span>`,
          },
        ]
      : []),
  ];
}

/** That all is well, or what is missing for it. */
function quietSentence({ repository, watches }: StandingFacts): Statement {
  const { baseline_at: seen, full_name: name, last_check_at: last, reconcile, config_status: config } = repository;
  if (seen === null || config === 'unknown')
    return { tone: 'muted', icon: 'clock', text: html`It is being looked at for the first time; this takes some seconds.` };
  const active = watches.filter(({ mode }) => mode !== 'off').length;
  if (active === 0)
    return {
      tone: 'muted',
      icon: 'eye-closed',
      text: html`${watches.length === 0 ? 'Nothing watches it yet' : 'All of its watches are switched off'}.
        <a href="${repositoryPath(name, 'watches/new')}">Write a watch</a>, and what happens here makes something happen.`,
    };
  return {
    tone: 'success',
    icon: 'check-circle-fill',
    text: html`${active === 1 ? 'One watch looks' : `${active} watches look`} at it.
      <span class="muted">Compared with GitHub ${timeAgo(last)}, next ${timeAgo(reconcile.due_at)}</span>`,
  };
}

/** How a repository stands, the gravest first; a single sentence when all is well. */
export function describeStanding(facts: StandingFacts): [Statement, ...Statement[]] {
  const [first, ...rest] = [...whyNothingHappens(facts), ...configTrouble(facts), ...otherTroubles(facts)];
  return first === undefined ? [quietSentence(facts)] : [first, ...rest];
}
