import type { Db } from '../../db/connect.ts';
import { attentionKinds, attentionSeverities, type AttentionItem, type AttentionKind, type AttentionList } from '../schemas/attention.ts';
import type { AttentionQuestion, AttentionRow } from './attention-source.ts';
import { attentionSources } from './attention-sources.ts';
import { readRecovery } from './recovery.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';

/** How many things are shown. */
const shownItems = 50;

const severityOf: Record<AttentionKind, AttentionItem['severity']> = {
  lane_blocked: 'high',
  recovery_gap: 'high',
  recovery_failing: 'high',
  installation_errored: 'high',
  installation_refused: 'high',
  config_invalid: 'high',
  secrets_frozen: 'high',
  secret_missing: 'high',
  destination_disabled: 'high',
  runs_dead: 'medium',
  deliveries_errored: 'medium',
  loop_stopped: 'medium',
  installation_suspended: 'medium',
  destination_resting: 'medium',
  permissions_pending: 'low',
  installation_unmatched: 'low',
};

const noTarget: AttentionItem['target'] = {
  installation: null,
  repository: null,
  watch: null,
  run: null,
  delivery: null,
  destination: null,
  breaker: null,
  lane: null,
  secret: null,
};

/** What needs a person among what the requester sees, the most urgent first. Every source is bounded, however much there is. */
export async function readAttention(db: Db, question: AttentionQuestion): Promise<AttentionList> {
  const items: AttentionItem[] = [];
  for (const source of attentionSources) {
    const { sql, values, item } = source(question);
    const rows = await queryRows<AttentionRow>(db, sql, values);
    for (const row of rows) {
      const { kind, title, detail, target } = item(row);
      items.push({
        kind,
        severity: severityOf[kind],
        title,
        detail,
        since: isoTimeOrNull(row.since),
        count: row.count,
        target: { ...noTarget, ...ownerOf(row), ...target },
      });
    }
  }
  if (question.requester.sight.installations === 'all') items.push(...(await readRecoveryItems(db, question.now)));
  return { data: items.toSorted(byUrgency).slice(0, shownItems), meta: { more: items.length > shownItems } };
}

function ownerOf({
  installation_id: id,
  login,
  repository_id: repository,
  full_name: name,
}: AttentionRow): Partial<AttentionItem['target']> {
  return {
    installation: id === null || login === null ? null : { id, login },
    repository: repository === null || name === null ? null : { id: repository, full_name: name },
  };
}

function byUrgency(one: AttentionItem, other: AttentionItem): number {
  const severity = attentionSeverities.indexOf(one.severity) - attentionSeverities.indexOf(other.severity);
  if (severity !== 0) return severity;
  return (other.since ?? '').localeCompare(one.since ?? '') || attentionKinds.indexOf(one.kind) - attentionKinds.indexOf(other.kind);
}

/** What spans the server: deliveries that may be lost, and a scan that does not get through. */
async function readRecoveryItems(db: Db, now: Date): Promise<AttentionItem[]> {
  const state = await readRecovery(db, now);
  const items: AttentionItem[] = [];
  const item = (kind: 'recovery_gap' | 'recovery_failing', rest: Pick<AttentionItem, 'title' | 'detail' | 'since' | 'count'>) =>
    void items.push({ kind, severity: severityOf[kind], ...rest, target: noTarget });
  const open = state.gaps.find((gap) => gap.closed_at === null);
  if (state.gaps_24h > 0)
    item('recovery_gap', {
      title: `Deliveries of GitHub may be missing: ${state.gaps_24h} ${state.gaps_24h === 1 ? 'gap' : 'gaps'} in the last 24 h`,
      detail: `${state.summary}. The comparison with GitHub finds the changes themselves; what only a delivery tells can be lost.`,
      since: open?.noticed_at ?? state.gaps[0]?.noticed_at ?? isoTime(now),
      count: state.gaps_24h,
    });
  if (state.failures > 2 && state.error !== null)
    item('recovery_failing', {
      title: "GitHub's record of deliveries cannot be read",
      detail: `${state.error.message} It is tried again by itself; until then nothing proves that no delivery was lost.`,
      since: state.last_complete_scan_at,
      count: state.failures,
    });
  return items;
}
