/** Thrown instead of sending a request that the budget of its class does not allow now. */
export class BudgetSpent extends Error {
  /** When the request may be tried again. */
  readonly retryAt: Date;
  constructor(message: string, retryAt: Date) {
    super(message);
    this.name = 'BudgetSpent';
    this.retryAt = retryAt;
  }
}
