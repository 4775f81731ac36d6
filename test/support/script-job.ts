import type { ScriptJob } from '../../src/actions/script/pool.ts';

type Fetch = (request: string, signal: AbortSignal) => Promise<string>;

/** A script to run in a pool, with room for everything unless a test says otherwise; `fetch` answers whatever it asks for. */
export function scriptJob(source: string, { fetch, ...changes }: Partial<ScriptJob> & { fetch?: Fetch } = {}): ScriptJob {
  const answer: Fetch = fetch ?? (async () => JSON.stringify({ status: 200, headers: {}, body: '' }));
  return {
    tenant: 'tenant',
    source,
    input: '{}',
    event: '{}',
    timeoutMs: 20_000,
    cpuMs: 20_000,
    memoryMb: 32,
    limits: { fetches: 20, requests: 20, logLength: 64 * 1024, outputLength: 64 * 1024 },
    signal: new AbortController().signal,
    answer: (_what, request, signal) => answer(request, signal),
    ...changes,
  };
}
