import type { AttentionItem, AttentionKind, AttentionList } from '../../http/schemas/attention.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery } from '../kit/api-client.ts';
import { deliveryPath, installationPath, repositoryPath, runPath } from '../kit/paths.ts';
import { timeAgo } from '../parts/relative-time.ts';

const icons: Record<AttentionItem['severity'], { icon: string; tone: string; word: string }> = {
  high: { icon: 'x-circle-fill', tone: 'danger', word: 'urgent' },
  medium: { icon: 'alert-fill', tone: 'attention', word: 'went wrong' },
  low: { icon: 'info', tone: 'accent', word: 'when there is time' },
};

type Target = AttentionItem['target'];

const ofRepository =
  (part: string) =>
  ({ repository }: Target) =>
    repository === null ? '/repositories' : repositoryPath(repository.full_name, part);
const ofInstallation = ({ installation }: Target) => (installation === null ? '/installations' : installationPath(installation.id));

/** Where each kind of trouble is mended. */
const places: Record<AttentionKind, (target: Target) => string> = {
  lane_blocked: ({ run, lane }) => (run === null ? withQuery('/lanes', { q: lane ?? undefined }) : runPath(run)),
  recovery_gap: () => '/recovery',
  recovery_failing: () => '/recovery',
  installation_errored: ofInstallation,
  installation_refused: ofInstallation,
  config_invalid: ofRepository('config'),
  secrets_frozen: ofRepository('settings'),
  secret_missing: ({ repository, secret }) => withQuery('/secrets', { repository: repository?.full_name, name: secret ?? undefined }),
  destination_disabled: () => '/destinations',
  runs_dead: ({ run, repository }) =>
    withQuery('/runs', run === null ? { status: 'dead' } : { status: 'dead', repository: repository?.full_name }),
  deliveries_errored: ({ repository }) => withQuery('/deliveries', { status: 'errored', repository: repository?.full_name }),
  loop_stopped: ofRepository('watches'),
  installation_suspended: ofInstallation,
  destination_resting: () => '/destinations',
  permissions_pending: ofInstallation,
  installation_unmatched: ofInstallation,
};

/** Words between backticks as code. */
function withCode(text: string): (Html | string)[] {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
}

/** Where a thing that needs a person is mended. */
function attentionPath({ kind, target }: Pick<AttentionItem, 'kind' | 'target'>): string {
  // One thing has a page of its own; several have the list that shows them.
  if (kind === 'deliveries_errored' && target.delivery !== null && target.repository === null) return deliveryPath(target.delivery);
  return places[kind](target);
}

function itemView(item: AttentionItem): Html {
  const { icon: name, tone, word } = icons[item.severity];
  const { repository, installation } = item.target;
  const where = repository?.full_name ?? installation?.login;
  return html`<li class="attention-item" data-row>
    <span class="tone-${tone}">${icon(name, word)}</span>
    <div>
      <p class="attention-title">
        <a href="${attentionPath(item)}"><bdi>${withCode(item.title)}</bdi></a>
      </p>
      <p class="attention-detail muted"><bdi>${withCode(item.detail)}</bdi></p>
      <p class="attention-where muted">
        ${where !== undefined && html`<bdi>${where}</bdi>`}
        ${item.kind === 'config_invalid' && item.count > 1 && html`<span>${item.count} errors</span>`}
        ${item.since !== null && html`<span>since ${timeAgo(item.since)}</span>`}
      </p>
    </div>
  </li>`;
}

/** How many are shown before the rest is folded away. */
const shownItems = 4;

/** What needs a person, the most urgent first; each leads to where it is mended. */
export function attentionView({ data, meta }: AttentionList): Html {
  if (data.length === 0)
    return html`<p class="attention-none">
      <span class="tone-success">${icon('check-circle')}</span>
      <span
        >Nothing needs you.
        <span class="muted">Failed runs, broken files, blocked lanes and missing secrets would show up here.</span></span
      >
    </p>`;
  const rest = data.slice(shownItems);
  return html`<ol class="attention">
      ${data.slice(0, shownItems).map(itemView)}
    </ol>
    ${
      rest.length > 0 &&
      html`<details class="attention-rest" id="attention-rest">
        <summary>${rest.length}${meta.more && '+'} more</summary>
        <ol class="attention">
          ${rest.map(itemView)}
        </ol>
      </details>`
    }`;
}
