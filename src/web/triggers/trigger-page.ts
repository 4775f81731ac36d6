import type { DeliverySummary } from '../../http/schemas/delivery.ts';
import type { TriggerItem } from '../../http/schemas/trigger.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { livePart } from '../kit/frame.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { deliveryPath, repositoryPath } from '../kit/paths.ts';
import { may, type PageDefinition, type View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { confirmField } from '../parts/confirmation.ts';
import { dataTable } from '../parts/data-table.ts';
import { dialog, dialogButton } from '../parts/dialog.ts';
import { facts } from '../parts/facts.ts';
import { buttonForm, form, refusalOf, selectField, textField } from '../parts/form.ts';
import { pageHead, section } from '../parts/page-head.ts';
import { pager } from '../parts/pager.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { statusIcon, statusLabel } from '../status-view.ts';
import { copyField } from './trigger-forms-view.ts';
import { providerWords, testCommand } from './trigger-words.ts';

/** The path of a trigger, or of something that is done with it. */
export const triggerPath = (id: string, part = '') => `/triggers/${id}${part === '' ? '' : `/${part}`}`;

/** How long a former secret may go on, for people. */
const graces = [
  { value: '0', title: 'Not at all: it ends now' },
  { value: '3600', title: 'An hour' },
  { value: '86400', title: 'A day' },
  { value: '604800', title: 'A week' },
];

/** The whole address that messages are sent to; without PUBLIC_URL, as this browser reaches the server. */
export function addressOf({ request }: View, uri: string): string {
  return URL.canParse(uri) ? uri : `${request.protocol}://${request.host}${uri}`;
}

function deliveriesView(view: View, { data, meta }: ListAnswer<DeliverySummary>): Html {
  if (data.length === 0)
    return blank({
      icon: 'inbox',
      level: 3,
      title: 'Nothing has come yet',
      text: 'What is sent to the address shows up here at once, whatever becomes of it. Refused messages are not kept.',
    });
  return html`${dataTable<DeliverySummary>({
    caption: 'What came through the trigger, newest first',
    rows: data,
    id: ({ id }) => `delivery-${id}`,
    columns: [
      { title: 'Event', kind: 'main', cell: ({ id, event }) => html`<a href="${deliveryPath(id)}" data-main><bdi>${event}</bdi></a>` },
      { title: 'Status', cell: ({ status }) => html`${statusIcon(status)} ${status}` },
      { title: 'What became of it', kind: 'wide', cell: ({ reason, code }) => html`<bdi>${reason ?? code ?? ''}</bdi>` },
      { title: 'Received', cell: ({ received_at: at }) => timeAgo(at) },
    ],
  })}
  ${pager(view, meta)}`;
}

function sendView(view: View, trigger: TriggerItem): Html {
  const { provider, uri } = trigger;
  const { where, proof, becomes } = providerWords[provider];
  const address = addressOf(view, uri);
  const command = testCommand(trigger, address, provider === 'github' ? '{"zen":"Test"}' : '{"type":"test"}');
  return html`<div class="form trigger-send">
    ${copyField({ id: 'trigger-uri', label: 'Address to send to', value: address })}
    <p class="muted">${where}</p>
    ${facts([
      ['Proof', html`<code>${proof}</code>`],
      ['It becomes', becomes],
    ])}
    <details class="more">
      <summary>Send a test message from a terminal</summary>
      <pre id="trigger-test">${command}</pre>
      <button class="btn btn-sm" type="button" data-copy="trigger-test">${icon('copy')}<span>Copy</span></button>
      <p class="muted">It answers 202 with the delivery’s number when all is right, and 401 when the secret is not.</p>
    </details>
  </div>`;
}

function rotateDialog(view: View, { id }: TriggerItem): Html {
  const path = triggerPath(id, 'rotate');
  const body = html`<p class="muted">A new secret is made and shown once. Give it to the sender while the former one is still taken.</p>
    ${form({ view, path, submit: 'Make a new secret', fields: selectField({ view, path, name: 'grace', label: 'How long the former one goes on', options: graces, value: '3600' }) })}`;
  return dialog({ id: 'rotate', title: 'New secret', body, open: refusalOf(view, path) !== undefined });
}

function deleteDialog(view: View, { id, name, uri }: TriggerItem): Html {
  const path = triggerPath(id, 'delete');
  const body = html`<ul class="bullets">
      <li>Whatever is sent to <code>${new URL(addressOf(view, uri)).pathname}</code> is refused from now on.</li>
      <li>Its secret goes; watches that ask for <code>inbound: ${name}</code> hear nothing more.</li>
      <li>What came through it stays.</li>
    </ul>
    ${form({ view, path, danger: true, submit: 'Delete the trigger', fields: confirmField({ view, path, word: name, what: 'delete it' }) })}`;
  return dialog({ id: 'delete', title: `Delete the trigger ${name}`, body, open: refusalOf(view, path) !== undefined });
}

function rows(view: View, trigger: TriggerItem): Html {
  const { id, enabled, previous_valid_until: until, name } = trigger;
  const path = triggerPath(id);
  return html`<div class="danger-box">
      <div class="setting-row">
        <div>
          <h3>Its name</h3>
          <p class="muted">What <code>on: inbound</code> of a watch calls it.</p>
        </div>
        ${form({ view, path, submit: 'Rename', fields: textField({ view, path, name: 'name', label: 'Name', value: name, maxlength: 100, required: true }) })}
      </div>
      <div class="setting-row">
        <div>
          <h3>New secret</h3>
          <p class="muted">
            ${until === null ? 'The present one is the only one that is taken.' : html`The former secret is taken, too, until ${timeAgo(until)}.`}
            For whoever manages the installation.
          </p>
        </div>
        ${dialogButton('rotate', { text: 'New secret…', icon: 'sync' })}
      </div>
      <div class="setting-row">
        <div>
          <h3>${enabled ? 'Switch it off' : 'Switch it on'}</h3>
          <p class="muted">
            ${enabled ? 'Everything that is sent to it is refused with 403 until it is switched on again.' : 'It refuses everything with 403.'}
          </p>
        </div>
        ${buttonForm(path, enabled ? { text: 'Switch off', icon: 'circle-slash', fields: { enabled: 'no' } } : { text: 'Switch on', icon: 'play', fields: { enabled: 'yes' } })}
      </div>
      <div class="setting-row">
        <div>
          <h3>Delete the trigger</h3>
          <p class="muted">What came through it stays.</p>
        </div>
        ${dialogButton('delete', { text: 'Delete…', icon: 'trash', kind: 'danger' })}
      </div>
    </div>
    ${rotateDialog(view, trigger)} ${deleteDialog(view, trigger)}`;
}

/** The page of a trigger: where to send, what came, and what can be done with it. */
export const triggerPage: PageDefinition = {
  path: '/triggers/:id',
  place: 'triggers',
  async render(view) {
    const id = encodeURIComponent(view.params['id'] ?? '');
    const trigger = await view.api.get<TriggerItem>(`/api/triggers/${id}`);
    const { provider, name, repository, enabled, repo_path: remote } = trigger;
    const [owner, deliveries] = await Promise.all([
      view.api.find<{ installation_id: string }>(`/api/repos/${repository.full_name}`),
      view.api.get<ListAnswer<DeliverySummary>>(
        withQuery('/api/deliveries', { trigger: trigger.id, cursor: view.query['cursor'], limit: 20 }),
      ),
    ]);
    const mayChange = may(view, 'write', { installation: owner?.installation_id ?? null, repository: repository.id });
    const live = { 'trigger-deliveries': deliveriesView(view, deliveries) };
    const body = html`${pageHead({
      title: html`${name} <span class="title-note">${statusLabel(enabled ? 'active' : 'disabled')}</span>`,
      icon: providerWords[provider].icon,
      crumbs: [{ title: 'Triggers', path: '/triggers' }],
      intro: html`${providerWords[provider].teller} <bdi>${remote}</bdi> tells of
        <a href="${repositoryPath(repository.full_name)}"><bdi>${repository.full_name}</bdi></a
        >, made by <bdi>${trigger.created_by}</bdi> ${timeAgo(trigger.created_at)}.`,
    })}
    ${section('Where to send', sendView(view, trigger))} ${section('What came', livePart('trigger-deliveries', live['trigger-deliveries']))}
    ${mayChange && section('Change it', rows(view, trigger))}`;
    return { title: `Trigger ${name}`, body, live };
  },
};
