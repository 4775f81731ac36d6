import type { Settlement } from '../inbox/settle-deliveries.ts';
import type { Applied } from './apply-changes.ts';

/** The settlement of a delivery by what became of its arrival; undefined while GitHub has to be asked. */
export function toSettlement(id: string, applied: Applied): Settlement | undefined {
  if (applied.result === 'change') {
    const runs = applied.runs === 1 ? '1 run' : `${applied.runs} runs`;
    return { id, status: 'processed', code: null, reason: `recorded as change ${applied.changeId}, ${runs} started` };
  }
  return applied.result === 'ignored' ? { id, status: 'ignored', code: applied.code, reason: applied.reason } : undefined;
}

/** `processed` for what RepoWatch took note of, `ignored` for the rest. */
export function settledStatus(code: Settlement['code']): Settlement['status'] {
  return code === null || code === 'hook_verified' || code === 'state_updated' || code === 'stale' ? 'processed' : 'ignored';
}
