import type { WatchState } from '../actions/watch-state.ts';
import { failed, ok } from '../core/outcome.ts';
import { stateLimits } from '../runs/watch-state.ts';

/** The state of one watch in memory, with the limits of the real one: for trying a script out. */
export function createMemoryState(): WatchState {
  const entries = new Map<string, { text: string; version: string }>();
  let writes = 0;
  const findLack = (key: string, text: string): string | undefined => {
    const others = [...entries].filter(([other]) => other !== key);
    const size = (name: string, value: string) => Buffer.byteLength(name) + Buffer.byteLength(value);
    if (Buffer.byteLength(text) > stateLimits.valueBytes) return `A value has at most ${stateLimits.valueBytes / 1024} KB as JSON.`;
    if (others.length >= stateLimits.keys) return `There are at most ${stateLimits.keys} keys; delete some.`;
    const total = others.reduce((sum, [name, other]) => sum + size(name, other.text), size(key, text));
    return total > stateLimits.totalBytes ? `All of it has at most ${stateLimits.totalBytes / 1024} KB; delete something.` : undefined;
  };
  return {
    read: async (_facts, key) => ({ text: entries.get(key)?.text, version: entries.get(key)?.version ?? '0' }),
    async write(_facts, { key, text, version }) {
      const lack = text === undefined ? undefined : findLack(key, text);
      if (lack !== undefined) return failed('script_state_limit', lack);
      if (version !== undefined && version !== (entries.get(key)?.version ?? '0')) return ok(false);
      if (text === undefined) return ok(entries.delete(key));
      writes += 1;
      entries.set(key, { text, version: String(writes) });
      return ok(true);
    },
    list: async () => [...entries].map(([key, { text }]) => ({ key, text })).toSorted((a, b) => (a.key < b.key ? -1 : 1)),
  };
}
