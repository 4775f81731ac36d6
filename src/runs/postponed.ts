/**
 * Codes of tries that were none: nothing was done, because a limit or a queue did not let them through yet. They are made again when
 * the time comes, and do not count against the retry schedule.
 */
export const postponedCodes: readonly string[] = [
  'github_budget_spent',
  'github_rate_limited',
  'github_busy',
  'destination_resting',
  'destination_busy',
];

/** Codes of tries that were held back here, before anything was sent. */
const heldCodes = ['destination_resting', 'destination_busy'] as const;

/** True for a code of a try that was held back before anything was sent. */
export function isHeld(code: string | null): boolean {
  return (heldCodes as readonly (string | null)[]).includes(code);
}

const held = heldCodes.map((code) => `'${code}'`).join(', ');

/** SQL: true for a run (by its alias) of which nothing was sent: no try was made, or all were held back. Not `exists`: Postgres would rather hash the whole table. */
export function sentNothingSql(run: string): string {
  return `(select true from attempts a where a.run_id = ${run}.id and coalesce(a.code, '') not in (${held}) limit 1) is null`;
}

/** SQL: true for a run (by its alias) that waits and of which nothing was sent. It keeps its place, or what came after it would reach a receiver before it (threat-model.md D6). */
export function keepsPlaceSql(run: string): string {
  return `(${run}.status = 'waiting' and ${run}.code in (${held}) and ${sentNothingSql(run)})`;
}
