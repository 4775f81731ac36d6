import type { Db } from '../../db/connect.ts';
import { idKey, pageLimit, readCursor, toPage, type Page, type PageRequest, type Total } from '../paging.ts';
import { queryRows } from './rows.ts';
import type { Condition } from './visible-to.ts';

/** How many rows are counted at most: a total is never dearer than that. */
const mostCounted = 10_000;

/** A list that is read newest first by our ids: its conditions, gathered one by one, and the page that was asked for. */
export class PageQuery<Row extends { id: string }> {
  readonly #idColumn: string;
  readonly #limit: number;
  readonly #isCounted: boolean;
  readonly #cursor: string | undefined;
  readonly #conditions: string[] = [];
  readonly #bindings: Record<string, unknown>;

  /** `idColumn` is the qualified id, such as `c.id`. Throws `request_invalid` for a cursor that is not ours. */
  constructor(idColumn: string, page: PageRequest) {
    this.#idColumn = idColumn;
    this.#limit = pageLimit(page);
    this.#isCounted = page.total !== undefined;
    this.#cursor = readCursor(page, idKey);
    this.#bindings = { limit: this.#limit + 1 };
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

  /** Adds `column` is any of these when the query names some. */
  whereAny(column: string, values: readonly string[] | undefined): void {
    const name = `some_${column.replaceAll('.', '_')}`;
    if (values !== undefined) this.where(`${column} = any(:${name})`, { [name]: values });
  }

  /** Adds what the query says of the time in `column`: `since` and later, before `until`. */
  whereTime(column: string, { since, until }: { since?: string | undefined; until?: string | undefined }): void {
    if (since !== undefined) this.where(`${column} >= :since`, { since: new Date(since) });
    if (until !== undefined) this.where(`${column} < :until`, { until: new Date(until) });
  }

  /** Reads the page. `select` is everything up to the conditions; `counted` the same with as little as counting the rows takes. */
  async read<Item>(db: Db, select: string, how: ((row: Row) => Item) | { item: (row: Row) => Item; counted: string }): Promise<Page<Item>> {
    const { item, counted } = typeof how === 'function' ? { item: how, counted: select } : how;
    const place = this.#cursor === undefined ? [] : [`${this.#idColumn} < :cursor`];
    const bindings = { ...this.#bindings, ...(this.#cursor !== undefined && { cursor: this.#cursor }) };
    const rows = await queryRows<Row>(
      db,
      `${select} ${allOf([...this.#conditions, ...place])} order by ${this.#idColumn} desc limit :limit`,
      bindings,
    );
    const { data, meta } = toPage(rows, this.#limit, { item, key: (row) => row.id });
    return { data, meta: this.#isCounted ? { ...meta, ...(await this.#count(db, counted)) } : meta };
  }

  /** Counts the whole list, wherever the page begins. */
  async #count(db: Db, select: string): Promise<Total> {
    const [row] = await queryRows<{ total: number }>(
      db,
      `select count(*)::int as total from (${select} ${allOf(this.#conditions)} limit :mostRead) counted`,
      { ...this.#bindings, mostRead: mostCounted + 1 },
    );
    const found = row?.total ?? 0;
    return { total: Math.min(found, mostCounted), total_is_at_least: found > mostCounted };
  }
}

function allOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
}
