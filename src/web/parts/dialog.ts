import { html, type Html, type HtmlValue } from '../html.ts';
import { icon } from '../icons.ts';

/** A window over the page. It opens by its button; a form in it that was refused opens it again. */
export interface Dialog {
  /** A name in the page. */
  id: string;
  title: string;
  body: HtmlValue;
  /** Open from the start: its form was refused. */
  open?: boolean;
}

/** The button that opens a dialog. Browsers open it by themselves (`commandfor`). */
export function dialogButton(id: string, button: { text: string; icon?: string; kind?: 'primary' | 'danger' | 'small' }): Html {
  const looks = { primary: 'btn-primary', danger: 'btn-danger', small: 'btn-sm' };
  return html`<button
    class="btn ${button.kind !== undefined && looks[button.kind]}"
    type="button"
    commandfor="${id}"
    command="show-modal"
    data-dialog="${id}"
  >
    ${button.icon !== undefined && icon(button.icon)}<span>${button.text}</span>
  </button>`;
}

/** A dialog. Escape and its cross close it. */
export function dialog({ id, title, body, open = false }: Dialog): Html {
  return html`<dialog id="${id}" class="dialog" aria-labelledby="${id}-title" ${open && html`data-open`}>
    <div class="dialog-head">
      <h2 id="${id}-title">${title}</h2>
      <form method="dialog"><button class="btn btn-plain" type="submit">${icon('x', 'Close')}</button></form>
    </div>
    ${body}
  </dialog>`;
}
