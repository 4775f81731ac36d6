import { html, type Html, type HtmlValue } from '../html.ts';

/** A column of a table. */
export interface Column<Row> {
  title: string;
  cell: (row: Row) => HtmlValue;
  /** `main`: names the row, and stands first where there is little room. `number`: to the right. `wide`: takes what is left. `action`: buttons, without a visible title. */
  kind?: 'main' | 'number' | 'wide' | 'action';
}

/** A table of rows. On a narrow screen each row becomes a card. */
export interface DataTable<Row> {
  /** Said to those who hear the page. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  /** A name in the page for each row, so that live updates keep what is open. */
  id?: (row: Row) => string;
  /** A class for the row, from the status list. */
  tone?: (row: Row) => string | undefined;
}

/** One child for whatever a cell holds: where a row is a card, it stands beside its title as a whole. */
function cellContent(value: HtmlValue): Html | false {
  const content = html`${value}`;
  return content.text.trim() !== '' && html`<div class="cell">${content}</div>`;
}

/** Shows a table. `j` and `k` walk over its rows; Enter follows the first link of one. */
export function dataTable<Row>({ caption, columns, rows, id, tone }: DataTable<Row>): Html {
  const kindClass = (kind: Column<Row>['kind']) => (kind === undefined ? '' : `cell-${kind}`);
  return html`<table class="table">
    <caption class="sr-only">
      ${caption}
    </caption>
    <thead>
      <tr>
        ${columns.map(({ title, kind }) => html`<th scope="col" class="${kindClass(kind)}">${kind === 'action' ? html`<span class="sr-only">${title}</span>` : title}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr data-row class="${tone?.(row)}" ${id !== undefined && html`id="${id(row)}"`}>
            ${columns.map(({ title, cell, kind }) => html`<td class="${kindClass(kind)}" data-title="${title}">${cellContent(cell(row))}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
