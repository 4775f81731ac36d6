import type { Db } from '../../db/connect.ts';
import { idKey, pageLimit, readCursor, toPage, type Page, type PageRequest } from '../paging.ts';
import { queryRows } from './rows.ts';
import type { Condition } from './visible-to.ts';

/** A list that is read newest first by our ids: its conditions, gathered one by one, and the page that was asked for. */
export class PageQuery<Row extends { id: string }> {
  readonly #idColumn: string;
  readonly #limit: number;
  readonly #conditions: string[] = [];
  readonly #bindings: Record<string, unknown>;

  /** `idColumn` is the qualified id, such as `c.id`. Throws `request_invalid` for a cursor that is not ours. */
  constructor(idColumn: string, page: PageRequest) {
    this.#idColumn = idColumn;
    this.#limit = pageLimit(page);
    this.#bindings = { limit: this.#limit + 1 };
    const cursor = readCursor(page, idKey);
    if (cursor !== undefined) this.where(`${idColumn} < :cursor`, { cursor });
  }

  /** Adds a condition with its named values. */
  where(sql: string, values: Record<string, unknown>): void {
    this.#conditions.push(sql);
    Object.assign(this.#bindings, values);
  }

  /** Adds a condition that brings its values, such as `visibleTo`. */
  add({ sql, values }: Condition): void {
    if (sql !== 'true') this.where(sql, values);
  }

  /** Adds `column = value` when the query names one. */
  whereEqual(column: string, value: string | undefined): void {
    const name = column.replaceAll('.', '_');
    if (value !== undefined) this.where(`${column} = :${name}`, { [name]: value });
  }

  /** Reads the page. `select` is everything up to the conditions. */
  async read<Item>(db: Db, select: string, item: (row: Row) => Item): Promise<Page<Item>> {
    const condition = this.#conditions.length === 0 ? '' : `where ${this.#conditions.join(' and ')}`;
    const rows = await queryRows<Row>(db, `${select} ${condition} order by ${this.#idColumn} desc limit :limit`, this.#bindings);
    return toPage(rows, this.#limit, { item, key: (row) => row.id });
  }
}
