import { keepsPlaceSql } from '../../runs/postponed.ts';

/** What can be in the way of a run in its lane; what each means stands in schemas/run.ts. */
export const blockReasons = ['dead', 'retrying', 'busy'] as const;
export type BlockReason = (typeof blockReasons)[number];

const isOpen = `o.status in ('queued', 'running', 'waiting')`;

/** True for an open run `n` that a dead one of a strict order holds up. */
export const isBlockedSql = `(n.status in ('queued', 'running', 'waiting')
  and exists (select 1 from runs d where d.lane = n.lane and d.blocks and d.seq < n.seq))`;

/**
 * What is in the way of run `n`, as one row or none: a dead run of a strict order, then one that waits for its next try and keeps its place,
 * then the one whose turn it is. Only a run that could go now is held up by anything.
 */
export const blockedBySql = `select x.blocker_id, x.blocker_status, x.blocker_reason from (
    (select d.id as blocker_id, d.status as blocker_status, 'dead' as blocker_reason, 1 as rank
     from runs d where d.lane = n.lane and d.blocks and d.seq < n.seq order by d.seq limit 1)
    union all
    (select h.id, h.status, 'retrying', 2 from (
       select o.id, o.status, o.code, o.strict, o.due_at, o.seq from runs o where o.lane = n.lane and o.seq < n.seq and ${isOpen} order by o.seq limit 50
     ) h where (h.strict or ${keepsPlaceSql('h')}) and h.due_at > now() order by h.seq limit 1)
    union all
    (select o.id, o.status, 'busy', 3 from runs o
     where o.lane = n.lane and o.seq < n.seq and ${isOpen} and o.due_at <= now() order by o.seq limit 1)
  ) x where n.status in ('queued', 'waiting') and (n.due_at <= now() or x.rank = 1) order by x.rank limit 1`;
