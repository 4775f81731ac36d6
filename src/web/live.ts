import { describeError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { ThreadFilter } from '../http/read/threads.ts';
import type { Requester } from '../people/requester.ts';

/** Different filters that are watched at once; each costs its own reading. */
const maxViews = 20;
/** Pages that listen at once. */
const maxListeners = 200;

/** What somebody looks at, and as whom: who sees the same shares one reading. */
export interface LiveView extends ThreadFilter {
  requester: Requester;
}

/** Somebody who looks at the page. */
type Listener = (fragment: string) => void;

interface View {
  filter: LiveView;
  listeners: Set<Listener>;
  last: string | undefined;
}

/** Reads the newest threads for everybody who looks, and tells them when something changed. */
export interface LiveHub {
  /** False when too many look already. */
  hasRoom(filter: LiveView): boolean;
  /** Answers how to stop. The listener hears the present state soon. */
  subscribe(filter: LiveView, listener: Listener): () => void;
  close(): void;
}

const keyOf = (filter: LiveView) => JSON.stringify([filter.repository?.toLowerCase(), filter.status, filter.requester.sight]);

/** Creates the hub. It reads only while somebody looks, once for all who look at the same; a reading is never begun before the last is over. */
export function createLiveHub(options: { render: (filter: LiveView) => Promise<string>; intervalMs: number; log: Log }): LiveHub {
  const views = new Map<string, View>();
  let timer: NodeJS.Timeout | undefined;
  let reading = false;
  let closed = false;

  async function refresh(view: View): Promise<void> {
    const fragment = await options.render(view.filter);
    if (fragment === view.last) return;
    view.last = fragment;
    for (const listener of view.listeners) listener(fragment);
  }

  async function readAll(): Promise<void> {
    if (reading || closed) return;
    reading = true;
    for (const view of views.values()) {
      // The database may be away for a while; the page keeps what it shows.
      await refresh(view).catch((error: unknown) => options.log.warn({ error: describeError(error) }, 'live page could not be read'));
    }
    reading = false;
    clearTimeout(timer);
    if (views.size > 0 && !closed) timer = setTimeout(() => void readAll(), options.intervalMs).unref();
  }

  function countListeners(): number {
    return [...views.values()].reduce((sum, view) => sum + view.listeners.size, 0);
  }

  return {
    hasRoom: (filter) => !closed && countListeners() < maxListeners && (views.has(keyOf(filter)) || views.size < maxViews),
    subscribe(filter, listener) {
      const key = keyOf(filter);
      const view = views.get(key) ?? { filter, listeners: new Set<Listener>(), last: undefined };
      views.set(key, view);
      view.listeners.add(listener);
      if (view.last !== undefined) listener(view.last);
      void readAll();
      return () => {
        view.listeners.delete(listener);
        if (view.listeners.size === 0) views.delete(key);
      };
    },
    close() {
      closed = true;
      clearTimeout(timer);
      views.clear();
    },
  };
}
