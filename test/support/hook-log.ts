import type { Read } from '../../src/github/ask.ts';
import type { HookDeliveries, ListedDelivery } from '../../src/github/hook-deliveries.ts';

/** One entry of a made-up record. */
export interface LoggedDelivery {
  guid: string;
  /** Its place in time, in seconds; ids grow with it. */
  second: number;
  status?: string;
  redelivery?: boolean;
  repository?: number;
  event?: string;
  body?: string;
}

/** GitHub's record of deliveries in memory, with what was asked of it. */
export interface HookLog extends HookDeliveries {
  entries: LoggedDelivery[];
  /** `list <cursor>` and `read <guid>`, in order. */
  asked: string[];
  /** Answers instead of the record, or dies by throwing. */
  disturb: (asked: string) => Read<never> | undefined;
}

/** The moment that a second stands for. */
export function atSecond(second: number): Date {
  return new Date(Date.UTC(2026, 10, 18) + second * 1000);
}

const idOf = (entry: LoggedDelivery) =>
  String(3_804_004_623_172_239_366n + BigInt(entry.second * 10 + (entry.redelivery === true ? 1 : 0)));

/** A record whose pages have `perPage` entries. */
export function createHookLog(perPage: number): HookLog {
  const log: HookLog = {
    entries: [],
    asked: [],
    disturb: () => undefined,
    async listPage(cursor) {
      const trouble = ask(`list ${cursor ?? ''}`);
      if (trouble) return trouble;
      const newestFirst = log.entries.toSorted((one, other) => (BigInt(idOf(one)) < BigInt(idOf(other)) ? 1 : -1));
      const left = cursor === undefined ? newestFirst : newestFirst.filter((entry) => entry.second < Number(cursor));
      const shown = left.slice(0, perPage);
      const next = left.length > shown.length ? String(shown.at(-1)!.second) : undefined;
      return { ok: true, value: { deliveries: shown.map(toListed), unreadable: 0, next } };
    },
    async read(id) {
      const entry = log.entries.find((each) => idOf(each) === id)!;
      const trouble = ask(`read ${entry.guid}`);
      if (trouble) return trouble;
      const { repository = 1 } = entry;
      const body =
        entry.body ?? JSON.stringify({ guid: entry.guid, repository: { id: repository, full_name: 'acme/app' }, installation: { id: 7 } });
      const headers = {
        'x-github-event': entry.event ?? 'push',
        'x-github-hook-id': '5',
        'x-github-hook-installation-target-type': 'integration',
      };
      return { ok: true, value: { headers, body: body === '' ? undefined : Buffer.from(body) } };
    },
    readConfig: () => Promise.reject(new Error('nobody asks')),
  };
  function ask(what: string): Read<never> | undefined {
    log.asked.push(what);
    return log.disturb(what);
  }
  return log;
}

function toListed(entry: LoggedDelivery): ListedDelivery {
  const { guid, second, redelivery = false, status = 'OK', event = 'push', repository = 1 } = entry;
  return {
    id: idOf(entry),
    guid,
    deliveredAt: atSecond(second),
    redelivery,
    status,
    statusCode: status === 'OK' ? 200 : 0,
    event,
    action: null,
    installationGithubId: '7',
    repositoryGithubId: String(repository),
  };
}
