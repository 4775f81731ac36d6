import type { TriggerItem } from '../../http/schemas/trigger.ts';
import { triggerProviders } from '../../core/statuses.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import type { View } from '../kit/view.ts';
import { form, selectField, textField } from '../parts/form.ts';
import { pageHead } from '../parts/page-head.ts';
import { providerWords } from './trigger-words.ts';

/** The form that makes a trigger, or takes one over with the secret that its sender has already. */
export function newTriggerForm(view: View, path: string, repositories: readonly string[]): Html {
  const field = { view, path };
  const options = triggerProviders.map((value) => ({ value, title: providerWords[value].name }));
  return form({
    ...field,
    submit: 'Make the trigger',
    fields: html`${selectField({ ...field, name: 'provider', label: 'Who sends', options, value: 'generic' })}
      ${textField({ ...field, name: 'repository', label: 'Repository that it tells of', required: true, placeholder: 'acme/app', list: repositories, value: view.query['repository'] })}
      ${textField({ ...field, name: 'name', label: 'Name', maxlength: 100, placeholder: 'mirror', hint: html`What <code>on: inbound</code> of a watch calls it. Empty: the provider’s name.` })}
      ${textField({ ...field, name: 'repo_id', label: 'What the repository is called there', maxlength: 200, placeholder: '42', hint: 'Such as the number of the project on GitLab. Empty: the same as here.' })}
      <details class="more">
        <summary>The sender has a secret already</summary>
        ${textField({ ...field, name: 'secret', label: 'Its secret', type: 'password', hint: '16 characters at least. Empty: a new one is made, and shown once. Taking one over needs the right to manage the installation.' })}
      </details>`,
  });
}

/** A text to be copied, with its button. */
export function copyField({ id, label, value, isSecret = false }: { id: string; label: string; value: string; isSecret?: boolean }): Html {
  return html`<div class="field">
    <label for="${id}">${label}</label>
    <div class="copy-field">
      <input id="${id}" class="code ${isSecret && 'secret-text'}" readonly value="${value}" />
      <button class="btn" type="button" data-copy="${id}" aria-label="Copy: ${label}">${icon('copy')}<span>Copy</span></button>
    </div>
  </div>`;
}

/** Shows the secret of a trigger, this once. */
export function secretShown(trigger: TriggerItem & { secret: string }, uri: string, made: 'made' | 'rotated'): Html {
  const { where, proof } = providerWords[trigger.provider];
  return html`${pageHead({
      title: made === 'made' ? 'Your new trigger' : 'Its new secret',
      crumbs: [
        { title: 'Triggers', path: '/triggers' },
        { title: trigger.name, path: `/triggers/${trigger.id}` },
      ],
    })}
    <p class="flash flash-attention">
      ${icon('alert')} Copy the secret now: it is shown this once. Only its encrypted form is kept, and nobody can read it again.
    </p>
    <div class="form shown-once">
      ${copyField({ id: 'trigger-uri', label: 'Address to send to', value: uri })}
      ${copyField({ id: 'trigger-secret', label: 'Secret', value: trigger.secret, isSecret: true })}
      <p class="muted">${where} Proof: <code>${proof}</code>.</p>
      <div class="form-actions"><a class="btn btn-primary" href="/triggers/${trigger.id}">I have copied it</a></div>
    </div>`;
}
