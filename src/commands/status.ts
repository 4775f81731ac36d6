import type { Outcome } from '../core/outcome.ts';
import { runStatuses } from '../core/statuses.ts';
import type { Destination } from '../http/schemas/destination.ts';
import type { Installation } from '../http/schemas/installation.ts';
import type { Lane } from '../http/schemas/lane.ts';
import type { Me } from '../http/schemas/me.ts';
import type { RecoveryState } from '../http/schemas/recovery.ts';
import { connectApi, type ApiClient } from './api-client.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { addQuery } from './fill-path.ts';
import { printJson, refuse } from './print-list.ts';
import type { Words } from './remote-verb.ts';
import { createPaint, type Paint } from './show-problem.ts';
import { printable } from './show-table.ts';
import { colourOf } from './show-thing.ts';
import { watchScreen } from './watch-screen.ts';

/** Up to so many of anything are counted; more are told as `100+`. */
const mostCounted = 100;
const waitingDeliveries = ['unprocessed', 'processing', 'reprocessing', 'errored'] as const;
/** Runs that are over are counted for this long. Milliseconds. */
const recentMs = 24 * 60 * 60 * 1000;

type Count = number | `${number}+`;

interface Status {
  url: string;
  version: string | null;
  ready: boolean;
  problem: string | null;
  you: { login: string; role: string };
  installations: Record<string, number>;
  deliveries: Record<string, Count>;
  runs: Record<string, Count>;
  lost_deliveries: { summary: string; gaps_24h: number; last_complete_scan_at: string | null } | null;
  blocked_lanes: { lane: string; run: string; repository: string }[];
  destinations: { address: string; state: string }[];
}

/** `repowatch status`: how a server is, on one screen. Exit code 1 when it is not ready. */
export async function status(context: CommandContext, { options }: Words): Promise<ExitCode> {
  const api = connectApi(context);
  if (!api.ok) return refuse(context, api);
  const draw = async (page: CommandContext) => {
    const read = await readStatus(api.value);
    if (!read.ok) return refuse(page, read);
    if (options['json'] === true) printJson(page, read.value);
    else for (const line of drawStatus(read.value, createPaint(page.coloured === true, page.environment))) page.print(line);
    return read.value.ready ? 0 : 1;
  };
  return options['watch'] === undefined ? await draw(context) : await watchScreen(context, { options, draw });
}

async function readStatus(api: ApiClient): Promise<Outcome<Status>> {
  const me = await api.get<Me>('/api/me');
  if (!me.ok) return me;
  const since = new Date(Date.now() - recentMs).toISOString();
  const isOver = (word: string) => ['succeeded', 'failed', 'dead', 'cancelled'].includes(word);
  const [health, ready, installations, recovery, lanes, resting, disabled, deliveries, runs] = await Promise.all([
    api.get<{ version: string }>('/healthz'),
    api.get<{ status: string }>('/readyz'),
    listSome<Installation>(api, '/api/installations', {}),
    api.get<RecoveryState>('/api/recovery'),
    listSome<Lane>(api, '/api/lanes', { blocked: 'true' }),
    listSome<Destination>(api, '/api/destinations', { state: 'resting' }),
    listSome<Destination>(api, '/api/destinations', { state: 'disabled' }),
    countEach(api, '/api/deliveries', { words: waitingDeliveries, query: () => ({}) }),
    countEach(api, '/api/runs', { words: runStatuses, query: (word): Record<string, string> => (isOver(word) ? { since } : {}) }),
  ]);
  const byStatus = Object.groupBy(installations, ({ status: word }) => word);
  return {
    ok: true,
    value: {
      url: api.url,
      version: health.ok ? health.value.version : null,
      ready: ready.ok,
      problem: ready.ok ? null : ready.message,
      you: { login: me.value.login, role: me.value.role },
      installations: Object.fromEntries(Object.entries(byStatus).map(([word, some]) => [word, some.length])),
      deliveries,
      runs,
      lost_deliveries: recovery.ok
        ? {
            summary: recovery.value.summary,
            gaps_24h: recovery.value.gaps_24h,
            last_complete_scan_at: recovery.value.last_complete_scan_at,
          }
        : null,
      blocked_lanes: lanes.map(({ lane, blocked_by: by }) => ({ lane, run: by?.run ?? '', repository: by?.repository ?? '' })),
      destinations: [...resting, ...disabled].map(({ address, state }) => ({ address, state })),
    },
  };
}

/** The first rows of a list; none where whoever asks may not read it. */
async function listSome<Row>(api: ApiClient, path: string, query: Record<string, string>): Promise<Row[]> {
  const page = await api.get<{ data: Row[] }>(addQuery(path, { ...query, limit: String(mostCounted) }));
  return page.ok ? page.value.data : [];
}

async function countEach(
  api: ApiClient,
  path: string,
  { words, query }: { words: readonly string[]; query: (word: string) => Record<string, string> },
): Promise<Record<string, Count>> {
  const counted = words.map(async (word): Promise<[string, Count]> => {
    const rows = await listSome(api, path, { ...query(word), status: word });
    return [word, rows.length < mostCounted ? rows.length : `${mostCounted}+`];
  });
  return Object.fromEntries(await Promise.all(counted));
}

function drawStatus(status: Status, paint: Paint): string[] {
  const { url, version, ready, problem, you, blocked_lanes: lanes, lost_deliveries: lost } = status;
  const line = (title: string, text: string) => `${paint('bold', title.padEnd(14))}${text}`;
  const counts = (some: Record<string, Count>) => {
    const shown = Object.entries(some).filter(([, count]) => count !== 0);
    return shown.map(([word, count]) => paintState(paint, word, `${count} ${word}`)).join(', ') || 'none';
  };
  const shownLanes = lanes.slice(0, 5).map(({ lane, run, repository }) => printable(`${lane}, by run ${run} of ${repository}`));
  const places = status.destinations.slice(0, 5).map(({ address, state }) => paintState(paint, state, printable(`${address} is ${state}`)));
  return [
    line('server', printable(`${url}, version ${version ?? 'unknown'}`)),
    line('health', ready ? paint('green', 'ready') : `${paint('red', 'not ready')}: ${printable(problem ?? '')}`),
    line('you', printable(`${you.login}, ${you.role}`)),
    line('installations', counts(status.installations)),
    line('deliveries', `${counts(status.deliveries)} (waiting or errored)`),
    line('runs', `${counts(status.runs)} (those that are over: of the last 24 h)`),
    line('lost', lost === null ? 'told to administrators only' : printable(lost.summary)),
    line('blocked lanes', lanes.length === 0 ? 'none' : paint('red', String(lanes.length))),
    ...shownLanes.map((text) => `  ${text}`),
    line('destinations', places.length === 0 ? 'all get what is sent' : `${status.destinations.length} do not get what is sent`),
    ...places.map((text) => `  ${text}`),
  ];
}

function paintState(paint: Paint, word: string, text: string): string {
  const colour = colourOf(word);
  return colour === undefined || colour === 'dim' ? text : paint(colour, text);
}
