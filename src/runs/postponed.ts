/**
 * Codes of tries that were none: nothing was done, because a limit or a queue did not let them through yet. They are made again when
 * the time comes, and do not count against the retry schedule.
 */
export const postponedCodes: readonly string[] = ['github_budget_spent', 'github_rate_limited', 'github_busy', 'destination_resting', 'destination_busy'];
