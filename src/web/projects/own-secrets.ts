import type { z } from 'zod';
import type { ownSecretSchema } from '../../http/schemas/project-action.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import type { ListAnswer } from '../kit/api-client.ts';
import type { View } from '../kit/view.ts';
import { dialog, dialogButton } from '../parts/dialog.ts';
import { buttonForm, form, refusalOf, textField } from '../parts/form.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { hostsField } from '../secrets/secret-fields.ts';

/** What is told of a secret of a project or an action. */
export type OwnSecret = z.output<typeof ownSecretSchema>;

/** The secrets of a project or an action, without their values. */
export async function readOwnSecrets(view: View, path: string): Promise<OwnSecret[]> {
  return (await view.api.get<ListAnswer<OwnSecret>>(`${path}?limit=100`)).data;
}

function addDialog(view: View, path: string, id: string): Html {
  const field = { view, path };
  const body = form({
    view,
    path,
    submit: 'Add the secret',
    fields: html`${textField({ ...field, name: 'name', label: 'Name', required: true, maxlength: 100, placeholder: 'DEPLOY_TOKEN', hint: 'Letters, digits and _.' })}
    ${textField({ ...field, name: 'value', label: 'Value', type: 'password', required: true, hint: 'It is encrypted, and never shown again, to nobody.' })}
    ${hostsField(view, path, null)}`,
  });
  return dialog({ id, title: 'Add a secret', body, open: refusalOf(view, path) !== undefined });
}

function replaceDialog(view: View, path: string, secret: OwnSecret): Html {
  const body = form({
    view,
    path,
    submit: 'Replace the value',
    fields: html`${textField({ view, path, name: 'value', label: 'New value', type: 'password', required: true, hint: 'The next run gets it. The former value is gone.' })}
    ${hostsField(view, path, secret.destinations)}`,
  });
  return dialog({ id: dialogIdOf(path), title: `Replace ${secret.name}`, body, open: refusalOf(view, path) !== undefined });
}

const dialogIdOf = (path: string): string => `d${path.replaceAll(/[^a-zA-Z0-9]+/g, '-')}`;

/** The secrets of a project or an action: masked, added and replaced in dialogs, forgotten. `path` is where their forms go. */
export function ownSecrets(view: View, given: { path: string; secrets: readonly OwnSecret[]; whose: 'project' | 'action' }): Html {
  const { path, secrets, whose } = given;
  const addId = dialogIdOf(`${path}/add`);
  return html`${
      secrets.length > 0
        ? html`<ul class="plain-rows">
            ${secrets.map((secret) => {
              const { name, destinations, updated_at: at, last_used_at: used } = secret;
              const own = `${path}/${encodeURIComponent(name)}`;
              return html`<li class="plain-row" data-row>
                ${icon('key')} <strong><code>${name}</code></strong>
                <span class="masked" role="img" aria-label="hidden value">••••••••</span>
                <span class="plain-main muted">
                  ${destinations === null ? 'to anywhere' : html`to <bdi>${destinations.join(', ')}</bdi>`} · set ${timeAgo(at)} · used
                  ${timeAgo(used)}
                </span>
                ${dialogButton(dialogIdOf(own), { text: 'Replace', kind: 'small' })}
                ${buttonForm(`${own}/delete`, { text: 'Forget', danger: true, label: `Forget ${name}` })}
                ${replaceDialog(view, own, secret)}
              </li>`;
            })}
          </ul>`
        : html`<p class="muted">This ${whose} has no secrets of its own.</p>`
    }
    <p class="below">${dialogButton(addId, { text: 'Add a secret', icon: 'plus' })}</p>
    ${addDialog(view, path, addId)}`;
}

/** The hosts that a field names; undefined for none, which is anywhere. */
export function readHosts(text: string | undefined): string[] | undefined {
  const hosts = (text ?? '').split(/[\s,]+/).filter(Boolean);
  return hosts.length === 0 ? undefined : hosts;
}
