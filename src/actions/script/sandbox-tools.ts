import type { CallHost } from './messages.ts';

/** What a step of state.update comes to: what is there, and which version of it. */
interface StateEntry {
  found: boolean;
  value?: unknown;
  version: string;
}

/** github.request(route, params), by way of the host. Runs inside the isolate and may use nothing from outside of itself. */
export function createGitHub(call: CallHost) {
  const request = async (route: unknown, params: unknown = {}) => await call('github', { route: String(route), params });
  return { request };
}

/**
 * The small memory of a watch, by way of the host: get, set, delete, list, and update, which never loses what another run wrote
 * meanwhile. Runs inside the isolate and may use nothing from outside of itself.
 */
export function createState(call: CallHost) {
  const ask = async (request: object) => await call('state', request);
  const read = async (key: unknown) => (await ask({ do: 'get', key: String(key) })) as StateEntry;
  const write = async (key: unknown, value: unknown, version?: string) => {
    if (value === undefined) throw new Error('state.set takes a value; state.delete removes one');
    return (await ask({ do: 'set', key: String(key), value, version })) as { written: boolean };
  };
  const remove = async (key: unknown, version?: string) => (await ask({ do: 'delete', key: String(key), version })) as { written: boolean };
  const update = async (key: unknown, change: (value: unknown) => unknown) => {
    for (let tries = 0; tries < 50; tries += 1) {
      const { value, version } = await read(key);
      const next = await change(value);
      const { written } = next === undefined ? await remove(key, version) : await write(key, next, version);
      if (written) return next;
    }
    throw new Error('state.update gave up: other runs change this key all the time');
  };
  return {
    get: async (key: unknown) => (await read(key)).value,
    set: async (key: unknown, value: unknown) => void (await write(key, value)),
    delete: async (key: unknown) => (await remove(key)).written,
    list: async () => ((await ask({ do: 'list' })) as { entries: Record<string, unknown> }).entries,
    update,
  };
}
