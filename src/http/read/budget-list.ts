import { githubPurposes, type GitHubPurpose } from '../../core/statuses.ts';
import type { Db } from '../../db/connect.ts';
import type { Requester } from '../../people/requester.ts';
import type { Page } from '../paging.ts';
import type { BudgetItem, BudgetQuery } from '../schemas/budget.ts';
import { findBudget } from './budget.ts';
import { PageQuery } from './page-query.ts';
import { isoTime, queryRows } from './rows.ts';
import { visibleInstallations } from './visible-to.ts';

interface SlotRow {
  installation_id: string;
  slot: Date;
  purpose: GitHubPurpose;
  requests: number;
  refused: number;
}

/** Slots of an hour, and how long one is. Milliseconds. */
const shownSlots = 12;
const slotMs = 5 * 60_000;

/** The budgets of living installations, the newest installation first. */
export async function listBudgets(db: Db, query: BudgetQuery, requester: Requester): Promise<Page<BudgetItem>> {
  const list = new PageQuery<{ id: string; login: string }>('i.id', query);
  list.where('i.deleted_at is null', {});
  list.add(visibleInstallations(requester));
  const { data, meta } = await list.read(
    db,
    'select i.id, a.login from installations i join accounts a on a.id = i.account_id',
    (row) => row,
  );
  const until = Math.floor(Date.now() / slotMs) * slotMs;
  const from = until - (shownSlots - 1) * slotMs;
  const slots = await queryRows<SlotRow>(
    db,
    'select s.* from github_usage_slots s where s.installation_id = any(cast(:ids as bigint[])) and s.slot >= :from',
    { ids: data.map(({ id }) => id), from: new Date(from) },
  );
  const budgets = await Promise.all(data.map(({ id }) => findBudget(db, id)));
  const items = data.flatMap(({ id, login }, index) => {
    const budget = budgets[index];
    if (budget === undefined) return [];
    const own = slots.filter((slot) => slot.installation_id === id);
    return [{ ...budget, account: login, slots: Array.from({ length: shownSlots }, (_, place) => slotAt(own, from + place * slotMs)) }];
  });
  return { data: items, meta };
}

function slotAt(rows: readonly SlotRow[], at: number): BudgetItem['slots'][number] {
  const own = rows.filter(({ slot }) => slot.getTime() === at);
  const used = Object.fromEntries(githubPurposes.map((purpose) => [purpose, own.find((row) => row.purpose === purpose)?.requests ?? 0]));
  return {
    at: isoTime(new Date(at)),
    used: used as Record<GitHubPurpose, number>,
    refused: own.reduce((sum, row) => sum + row.refused, 0),
  };
}
