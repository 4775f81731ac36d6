import { catalogue } from '../../core/error-catalogue.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import type { Answer } from '../kit/api-client.ts';
import type { View } from '../kit/view.ts';
import { refusalOf } from './form.ts';

/** The name of the field in which a word is typed before something is destroyed. */
const field = 'confirm';

/** A field in which somebody types a word, so that nothing is destroyed by a slip. The button waits for it; the server looks, too. */
export function confirmField({ view, path, word, what }: { view: View; path: string; word: string; what: string }): Html {
  const problem = refusalOf(view, path)?.problem.errors?.find((error) => error.path === field)?.message;
  const id = `confirm${path.replaceAll(/[^a-z0-9]+/gi, '-')}`;
  return html`<div class="field">
    <label for="${id}"
      >Type <strong class="confirm-word"><bdi>${word}</bdi></strong> to ${what}</label
    >
    <input
      id="${id}"
      name="${field}"
      data-confirm="${word}"
      autocomplete="off"
      autocapitalize="none"
      spellcheck="false"
      ${problem !== undefined && html`aria-invalid="true" aria-describedby="${id}-problem"`}
    />
    ${problem !== undefined && html`<p class="field-problem tone-danger" id="${id}-problem">${icon('alert')} ${problem}</p>`}
  </div>`;
}

/** The refusal (400) of a form whose word does not fit; undefined when it does. Logins and names on GitHub are the same in any case. */
export function refuseUnconfirmed(values: Readonly<Record<string, string>>, word: string): Answer<never> | undefined {
  if ((values[field] ?? '').trim().toLowerCase() === word.toLowerCase()) return undefined;
  const { status, title } = catalogue.request_malformed;
  const message = `must be ${word}`;
  const detail = `Nothing was done: it has to be confirmed by typing ${word}.`;
  const errors = [{ path: field, message }];
  return { ok: false, status, problem: { type: 'about:blank', title, status, code: 'request_malformed', detail, instance: '', errors } };
}
