import type { Db } from '../../db/connect.ts';
import type { Requester } from '../../people/requester.ts';
import { searchKinds, type SearchHit, type SearchResult } from '../schemas/search.ts';
import { isoTimeOrNull, queryRows } from './rows.ts';
import { searchSources, type HitRow } from './search-sources.ts';
import { readSearchText } from './search-text.ts';

/** How many of each kind are shown. */
const shownOfKind = 10;

/** Finds what the requester may see by name, id, GUID or commit. */
export async function readSearch(db: Db, given: string, requester: Requester): Promise<SearchResult> {
  const search = readSearchText(given);
  if (search.word === '') return { data: [], meta: { more: [] } };
  const sources = searchSources.flatMap((make) => make(search, requester) ?? []);
  const found = await Promise.all(
    sources.map(({ sql, values }) =>
      queryRows<HitRow>(db, sql, { word: search.word, typed: search.text, limit: shownOfKind + 1, ...values }),
    ),
  );
  const rows = found.flat();
  const data = searchKinds.flatMap((kind) =>
    rows
      .filter((row) => row.kind === kind)
      .slice(0, shownOfKind)
      .map((row): SearchHit => Object.assign(row, { at: isoTimeOrNull(row.at) })),
  );
  const more = searchKinds.filter((kind) => rows.filter((row) => row.kind === kind).length > shownOfKind);
  return { data, meta: { more } };
}
