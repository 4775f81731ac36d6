import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Outcome } from '../core/outcome.ts';
import type { AskedBy, TriggerWish } from '../flow/manage-triggers.ts';

/** What can be done with inbound triggers. Secrets that are answered are answered this once. */
export interface TriggerActions {
  register(wish: TriggerWish, asked: AskedBy): Promise<Outcome<{ id: string; secret: string }, ErrorCode>>;
  import(wish: TriggerWish & { secret: string }, asked: AskedBy): Promise<Outcome<{ id: string; created: boolean }, ErrorCode>>;
  rotate(wish: { id: string; graceSeconds: number }, asked: AskedBy): Promise<Outcome<{ id: string; secret: string }, ErrorCode>>;
  change(
    wish: { id: string; name?: string | undefined; enabled?: boolean | undefined },
    asked: AskedBy,
  ): Promise<Outcome<{ id: string }, ErrorCode>>;
  forget(id: string, asked: AskedBy): Promise<Outcome<{ id: string }, ErrorCode>>;
}
