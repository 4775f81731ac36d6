import { noDescription } from '../../watches/hooks.ts';
import type { HookItem } from '../../http/schemas/hook.ts';
import type { Repository } from '../../http/schemas/repository.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import { pageUrl, type PageDefinition, type View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { dialog, dialogButton } from '../parts/dialog.ts';
import { buttonForm, form, refusalOf, textField } from '../parts/form.ts';
import { section } from '../parts/page-head.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { hookFields } from './hook-fields.ts';
import { apiOf, mayChange, pageOfRepository, readRepository, repositoryHead } from './repository-head.ts';

/** The path of something that is done with a hook. */
function hookDeed(view: View, id: string, deed: string): string {
  return pageOfRepository(view, `hooks/${encodeURIComponent(id)}/${deed}`);
}

/** How many events are shown by their names. */
const shownEvents = 6;

function eventsView({ events }: HookItem): Html {
  if (events === 'all') return html`<span class="chip">every change</span>`;
  if (events.length === 0) return html`<span class="muted">nothing: it never fires</span>`;
  return html`${events.slice(0, shownEvents).map((event) => html`<span class="chip"><bdi>${event}</bdi></span>`)}
  ${events.length > shownEvents && html`<span class="muted">and ${events.length - shownEvents} more</span>`}`;
}

function buttons(view: View, { id, active, watch }: HookItem): Html {
  return html`<div class="watch-buttons">
    <a class="btn btn-sm" href="${pageUrl(view, { edit: id })}#edit">${icon('pencil')}<span>Change</span></a>
    ${buttonForm(hookDeed(view, id, 'switch'), { text: active ? 'Switch off' : 'Switch on', icon: active ? 'stop' : 'play', fields: { active: active ? 'off' : 'on' } })}
    ${dialogButton(`remove-${watch}`, { text: 'Remove', icon: 'trash', kind: 'small' })}
  </div>`;
}

function hookCard(view: View, repository: Repository, hook: HookItem): Html {
  const { id, url, active, description, format, hasSecret, updatedAt, watch } = hook;
  return html`<li class="card watch-card" data-row id="${watch}">
    <div class="watch-head">
      <h2>${icon('webhook')} <bdi>${id}</bdi></h2>
      ${active ? html`<span class="label label-success">on</span>` : html`<span class="label">off</span>`}
      <span class="label">${format}</span>
      ${hasSecret && html`<span class="label" title="Its messages are signed">${icon('shield-lock')} signed</span>`}
    </div>
    ${description !== '' && description !== noDescription && html`<p><bdi>${description}</bdi></p>`}
    <p class="hook-url">
      <code><bdi>${url}</bdi></code>
    </p>
    <p class="watch-way">${eventsView(hook)}</p>
    <p class="watch-facts muted">
      <a href="${withQuery('/runs', { repository: repository.full_name, watch })}">What it sent</a>
      <span>changed ${timeAgo(updatedAt)}</span>
    </p>
    ${mayChange(view, repository) && buttons(view, hook)}
  </li>`;
}

function removeDialog(view: View, { id, watch }: HookItem): Html {
  const path = hookDeed(view, id, 'remove');
  const body = form({
    view,
    path,
    submit: 'Remove it',
    danger: true,
    fields: html`<p>Nothing is sent there any more. Its runs stay to be looked at.</p>`,
  });
  return dialog({ id: `remove-${watch}`, title: `Remove the hook ${id.slice(0, 60)}`, body, open: refusalOf(view, path) !== undefined });
}

function addDialogs(view: View): Html {
  const path = pageOfRepository(view, 'hooks');
  const copy = pageOfRepository(view, 'hooks/copy');
  const id = textField({
    view,
    path,
    name: 'id',
    label: 'Name',
    required: true,
    maxlength: 100,
    placeholder: 'deployer',
    hint: 'Any text in one line; it names the hook from now on.',
  });
  const from = textField({
    view,
    path: copy,
    name: 'from',
    label: 'Repository',
    required: true,
    placeholder: 'acme/app',
    hint: 'Of the same installation. Hooks of the same name are replaced; addresses and signing keys come along.',
  });
  return html`${dialog({ id: 'new-hook', title: 'New hook', body: form({ view, path, submit: 'Add the hook', fields: html`${id} ${hookFields(view, path)}` }), open: refusalOf(view, path) !== undefined })}
  ${dialog({ id: 'copy-hooks', title: 'Copy hooks', body: form({ view, path: copy, submit: 'Copy', fields: from }), open: refusalOf(view, copy) !== undefined })}`;
}

function editView(view: View, hook: HookItem): Html {
  const path = hookDeed(view, hook.id, 'save');
  return section(
    html`Change <bdi>${hook.id}</bdi>`,
    form({
      view,
      path,
      submit: 'Save',
      fields: hookFields(view, path, hook),
      beside: html`<a class="btn" href="${pageOfRepository(view, 'hooks')}">Leave it as it is</a>`,
    }),
    { id: 'edit' },
  );
}

/** The hooks of a repository: addresses that are told of changes, without a file. */
export const hooksPage: PageDefinition = {
  path: '/repos/:owner/:name/hooks',
  place: 'repositories',
  async render(view) {
    const [repository, byId] = await Promise.all([readRepository(view), view.api.get<Record<string, HookItem>>(apiOf(view, '/hooks'))]);
    const hooks = Object.values(byId);
    const mayWrite = mayChange(view, repository);
    const edited = mayWrite ? hooks.find(({ id }) => id === view.query['edit']) : undefined;
    const none = blank({
      icon: 'webhook',
      title: 'No hooks',
      text: 'A hook tells one address of changes, without a file: quick to add, and kept apart from the watches. What is to be tried again, in order, or with conditions belongs into a watch.',
    });
    const live = {
      hooks:
        hooks.length === 0
          ? none
          : html`<ul class="watch-cards">
              ${hooks.map((hook) => hookCard(view, repository, hook))}
            </ul>`,
    };
    const actions =
      mayWrite &&
      html`${dialogButton('copy-hooks', { text: 'Copy from…', icon: 'copy' })}
      ${dialogButton('new-hook', { text: 'New hook', icon: 'plus', kind: 'primary' })}`;
    const body = html`${repositoryHead(repository, { part: 'hooks', actions })} ${edited !== undefined && editView(view, edited)}
    ${livePart('hooks', live.hooks)} ${mayWrite && html`${addDialogs(view)} ${hooks.map((hook) => removeDialog(view, hook))}`}`;
    return { title: `Hooks · ${repository.full_name}`, body, live };
  },
};
