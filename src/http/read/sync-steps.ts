import type { RepositorySync, SyncState, SyncStep } from '../schemas/sync.ts';

/** What a step comes to before it is known which one is under way. */
export interface SyncFact {
  name: string;
  title: string;
  done: boolean;
  /** Why it could not be done; it is tried again. */
  error?: string | null;
  /** What it says when it is done, under way, and not begun. */
  text: { done: string; active: string; waiting: string };
  /** How much of it is done, from 0 to 1, where that can be counted. */
  part?: number;
}

type Progress = Pick<RepositorySync, 'state' | 'step' | 'of' | 'percent' | 'text' | 'steps'>;

function stateOf(steps: readonly SyncStep[], paused: string | null): SyncState {
  if (paused !== null) return 'paused';
  if (steps.some(({ status }) => status === 'failed')) return 'errored';
  return steps.every(({ status }) => status === 'done') ? 'synced' : 'syncing';
}

/**
 * Steps in their order with the one that is under way, and what they come to in a sentence and in percent. Steps that failed do not hold up
 * those after them: each is tried again by itself. Pure.
 */
export function describeSync(facts: readonly SyncFact[], words: { paused: string | null; synced: string }): Progress {
  const first = facts.findIndex(({ done, error }) => !done && (error ?? null) === null);
  const steps = facts.map(({ name, title, done, error, text }, index): SyncStep => {
    if ((error ?? null) !== null) return { name, title, status: 'failed', text: error! };
    if (done) return { name, title, status: 'done', text: text.done };
    const isActive = index === first && words.paused === null;
    return { name, title, status: isActive ? 'active' : 'waiting', text: isActive ? text.active : text.waiting };
  });
  const state = stateOf(steps, words.paused);
  const at = steps.findIndex(({ status }) => status === (state === 'errored' ? 'failed' : 'active'));
  const step = at === -1 ? Math.max(1, steps.filter(({ status }) => status === 'done').length) : at + 1;
  const done = facts.reduce((sum, fact, index) => sum + (steps[index]!.status === 'done' ? 1 : (fact.part ?? 0)), 0);
  return {
    state,
    step,
    of: steps.length,
    percent: state === 'synced' ? 100 : Math.min(99, Math.floor((100 * done) / steps.length)),
    text: words.paused ?? (at === -1 ? words.synced : steps[at]!.text),
    steps,
  };
}
