import type { Db } from '../../db/connect.ts';
import { createClauseLocator, type LocateClause } from '../../watches/clause-places.ts';
import { listConfigOrigins, type ConfigOrigin } from '../../watches/config-origins.ts';
import { findConfigs } from '../../watches/configs.ts';
import type { ConsideredWatch } from '../schemas/change.ts';

/** What is kept of a watch that was asked; `key` is what older rows have. */
interface Kept {
  watch?: string;
  key?: string;
  matched?: boolean;
  clause?: string;
  reason?: string;
  config?: string;
}

/** Versions whose text is kept read. */
const maxKnown = 50;

/** Versions never change, so each is read once; those of one database say nothing about those of another. */
const locatorsOf = new WeakMap<Db, Map<string, LocateClause>>();

/** The watches that were asked about each of these changes, in the order of the file, each with the place of what decided; by the change's id. */
export async function readConsidered(
  db: Db,
  rows: readonly { id: string; full_name: string; considered: unknown }[],
): Promise<Map<string, ConsideredWatch[]>> {
  const lists = rows.map((row) => ({ row, kept: Array.isArray(row.considered) ? (row.considered as Kept[]) : [] }));
  const ids = [...new Set(lists.flatMap(({ kept }) => kept.flatMap(({ config }) => config ?? [])))];
  const [origins, locators] = await Promise.all([listConfigOrigins(db, ids), readLocators(db, ids)]);
  const place = (kept: Kept, fullName: string): Pick<ConsideredWatch, 'repository' | 'path' | 'line' | 'column' | 'origin'> => {
    const origin = kept.config === undefined ? undefined : origins.get(kept.config);
    const found = kept.config === undefined ? undefined : locators.get(kept.config)?.(kept.watch ?? kept.key ?? '', kept.clause);
    if (!origin || !found) return { repository: null, path: null, line: null, column: null, origin: null };
    return { repository: origin.repository, path: origin.path, ...found, origin: describePlace(origin, found, fullName) };
  };
  return new Map(
    lists.map(({ row, kept }) => [
      row.id,
      kept.map((entry) => ({
        watch: entry.watch ?? entry.key ?? '',
        key: entry.key ?? entry.watch ?? '',
        matched: entry.matched === true,
        clause: entry.clause ?? null,
        reason: entry.reason ?? null,
        ...place(entry, row.full_name),
      })),
    ]),
  );
}

function describePlace(origin: ConfigOrigin, { line, column }: { line: number; column: number }, fullName: string): string {
  const elsewhere = origin.repository !== null && origin.repository !== fullName;
  return `${elsewhere ? `${origin.repository}:` : ''}${origin.path}:${line}:${column}`;
}

async function readLocators(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, LocateClause>> {
  const known = locatorsOf.get(db) ?? new Map<string, LocateClause>();
  locatorsOf.set(db, known);
  const found = new Map(ids.flatMap((id) => (known.has(id) ? [[id, known.get(id)!] as const] : [])));
  for (const { id, content } of await findConfigs(
    db,
    ids.filter((id) => !found.has(id)),
  )) {
    const locate = createClauseLocator(content);
    known.set(id, locate);
    found.set(id, locate);
  }
  for (const oldest of known.keys()) {
    if (known.size <= maxKnown) break;
    known.delete(oldest);
  }
  return found;
}
