import { RepoWatchError } from '../../core/errors.ts';
import type { ChangeDetail } from '../../http/schemas/change-detail.ts';
import type { DeliverySummary } from '../../http/schemas/delivery.ts';
import type { ThreadItem } from '../../http/schemas/thread.ts';
import { howKnown } from '../change-view.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { livePart } from '../kit/frame.ts';
import type { FormDefinition } from '../kit/pages.ts';
import { branchPath, changePath, deliveryPath, repositoryPath } from '../kit/paths.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { facts } from '../parts/facts.ts';
import { pageHead, section } from '../parts/page-head.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { statusLabel } from '../status-view.ts';
import { commitList } from './commit-list.ts';
import { eventName, sourceWords } from './delivery-words.ts';
import { describeBytes } from './payload-view.ts';
import { refusedFlash } from './run-actions.ts';
import { changeView, emptyBody, payloadFold, retryButton } from './thread-view.ts';

/** The id in the path of a page. Throws `not_found` for what can be none. */
export function pageId({ params }: View, what: string): string {
  const { id = '' } = params;
  if (/^\d{1,18}$/.test(id)) return id;
  throw new RepoWatchError('not_found', `There is no ${what} ${id.slice(0, 30)}. Look at the list for what there is.`);
}

function repositoryLink(fullName: string | null | undefined): Html | null {
  return fullName === null || fullName === undefined ? null : html`<a href="${repositoryPath(fullName)}"><bdi>${fullName}</bdi></a>`;
}

function deliveryFacts(delivery: DeliverySummary): Html {
  return facts([
    ['Status', statusLabel(delivery.status)],
    ['Repository', repositoryLink(delivery.repository?.full_name)],
    ['Received', html`${timeAgo(delivery.received_at)} by ${sourceWords[delivery.source]}`],
    ['Settled', delivery.settled_at === null ? 'not yet' : timeAgo(delivery.settled_at)],
    ['Sender', html`<bdi>${delivery.sender}</bdi>`],
    ['GUID', html`<code>${delivery.guid}</code>`],
    ['Size', describeBytes(delivery.body_size)],
    ['Attempts', delivery.attempts],
    delivery.next_attempt_at !== null && ['Next attempt', timeAgo(delivery.next_attempt_at)],
  ]);
}

function failure(delivery: DeliverySummary): Html | false {
  if (delivery.status !== 'errored') return false;
  return html`<div class="flash flash-danger">
    <p>
      ${icon('x-circle-fill')} <strong>It could not be processed</strong> ${delivery.code !== null && html`<code>${delivery.code}</code>`}
    </p>
    <p><bdi>${delivery.reason ?? 'No reason was kept.'}</bdi></p>
    <p>Nothing of it was lost: what GitHub sent is below, and Retry processes it again. Nothing runs twice.</p>
  </div>`;
}

function changesSection(thread: ThreadItem, view: View): Html {
  const { delivery, changes } = thread;
  if (changes.length === 0 && delivery !== null)
    return section('What came of it', delivery.status === 'errored' ? html`<p class="muted">Nothing so far.</p>` : emptyBody(delivery));
  return section(
    'What came of it',
    html`<div class="thread">
      <ol class="changes">
        ${changes.map((change) => changeView(change, { view, whole: true }))}
      </ol>
    </div>`,
  );
}

function sentSection(delivery: DeliverySummary): Html {
  const actions = html`<a class="btn btn-sm" href="${deliveryPath(delivery.id)}/payload">${icon('file-code')}<span>Open as a page</span></a>
    <a class="btn btn-sm" href="/api/deliveries/${delivery.id}/body" download>${icon('download')}<span>Download</span></a>`;
  return section(delivery.source === 'trigger' ? 'What was sent' : 'What GitHub sent', payloadFold(delivery), { actions });
}

/** A delivery with everything that came of it. */
export const deliveryPage: PageDefinition = {
  path: '/deliveries/:id',
  place: 'deliveries',
  async render(view) {
    const id = pageId(view, 'delivery');
    const thread = await view.api.get<ThreadItem>(`/api/deliveries/${id}/thread`);
    const delivery = thread.delivery!;
    const head = pageHead({
      title: html`${eventName(delivery)} <span class="muted">#${id}</span>`,
      crumbs: [{ title: 'Deliveries', path: '/deliveries' }],
      actions: retryButton(view, delivery),
    });
    const live = { thread: html`${head} ${failure(delivery)} ${deliveryFacts(delivery)} ${changesSection(thread, view)}` };
    const body = html`${refusedFlash(view)} ${livePart('thread', live.thread)} ${sentSection(delivery)}`;
    return { title: `${eventName(delivery)} · delivery ${id}`, body, live };
  },
};

/** The button that processes a delivery again. */
export const retryForm: FormDefinition = {
  path: '/deliveries/:id/retry',
  page: deliveryPage,
  pageView: ({ params }) => ({ url: deliveryPath(params['id'] ?? '') }),
  submit: async (view) =>
    await view.api.send({ method: 'POST', path: `/api/deliveries/${encodeURIComponent(view.params['id'] ?? '')}/retry` }),
  done: ({ params }) => ({ to: deliveryPath(params['id'] ?? ''), notice: 'retried' }),
};

function refLink({ ref, repository }: ChangeDetail): Html | null {
  if (ref === null) return null;
  return ref.kind === 'branch'
    ? html`<a href="${branchPath(repository.full_name, ref.name)}"><bdi>${ref.name}</bdi></a>`
    : html`<bdi>${ref.name}</bdi>`;
}

const short = (sha: string | null) => (sha === null || /^0+$/.test(sha) ? 'nothing' : sha.slice(0, 7));

function changeFacts(change: ChangeDetail): Html {
  const { before, after, delivery, actor, considered_pruned_at: pruned } = change;
  return facts([
    ['Type', html`<code>${change.type}</code>`],
    ['Repository', repositoryLink(change.repository.full_name)],
    [change.ref?.kind === 'tag' ? 'Tag' : 'Branch', refLink(change)],
    before !== null &&
      after !== null && ['Heads', html`<code title="${before}">${short(before)}</code> → <code title="${after}">${short(after)}</code>`],
    ['By', actor === null ? null : html`<bdi>${actor.login}</bdi>`],
    ['Happened', timeAgo(change.happened_at)],
    [
      'Known by',
      delivery === null
        ? howKnown(change).sentence
        : html`<a href="${deliveryPath(delivery.id)}">delivery <bdi>${delivery.event}</bdi></a>`,
    ],
    pruned !== null && ['Answers forgotten', timeAgo(pruned)],
  ]);
}

/** The thread that a change is part of; by itself where its delivery is not for whoever looks, or there is none. */
async function readThread({ api }: View, change: ChangeDetail): Promise<ThreadItem> {
  const { id, delivery_id: delivery } = change;
  const whole = delivery === null ? undefined : await api.find<ThreadItem>(`/api/deliveries/${delivery}/thread`);
  return whole?.changes.some((one) => one.id === id) === true ? whole : await api.get<ThreadItem>(`/api/changes/${id}/thread`);
}

function currentAndOthers(thread: ThreadItem, { id, view }: { id: string; view: View }): Html {
  const current = thread.changes.filter((change) => change.id === id);
  const others = thread.changes.filter((change) => change.id !== id);
  return html`${section(
    'Who was asked, and what ran',
    html`<div class="thread">
      <ol class="changes">
        ${current.map((change) => changeView(change, { view, whole: true, isCurrent: true }))}
      </ol>
    </div>`,
  )}
  ${
    others.length > 0 &&
    section(
      others.length === 1 ? 'Another change of the same delivery' : `${others.length} other changes of the same delivery`,
      html`<div class="thread">
        <ol class="changes">
          ${others.map((change) => changeView(change, { view }))}
        </ol>
      </div>`,
    )
  }`;
}

/** A change: the thread it is part of, with this change first. */
export const changePage: PageDefinition = {
  path: '/changes/:id',
  place: 'changes',
  async render(view) {
    const id = pageId(view, 'change');
    const change = await view.api.get<ChangeDetail>(`/api/changes/${id}`);
    const thread = await readThread(view, change);
    const head = pageHead({ title: change.sentence, crumbs: [{ title: 'Changes', path: '/changes' }] });
    const live = { thread: currentAndOthers(thread, { id, view }) };
    const body = html`${head} ${changeFacts(change)} ${livePart('thread', live.thread)} ${commitList(change)}
    ${thread.delivery !== null && sentSection(thread.delivery)}`;
    return { title: `${change.type} · ${changePath(id).slice(1).replace('/', ' ')}`, body, live };
  },
};
