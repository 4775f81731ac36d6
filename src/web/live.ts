import { createHash } from 'node:crypto';
import { describeError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { html } from './html.ts';
import { icon } from './icons.ts';

/** Different pages that are watched at once; each costs its own reading. */
const maxViews = 60;
/** Pages that listen at once. */
const maxListeners = 200;
/** The same for one person, in all their sessions: whoever opens page after page takes nobody else's place. */
const maxViewsOfOne = 20;
const maxListenersOfOne = 50;
/** Reading for those who look takes no more than this part of the time. */
const readingShare = 1 / 4;

/** What somebody looks at. Who looks at the same page in the same session shares one reading. */
interface LiveView {
  key: string;
  /** Whose places it takes. */
  who: string;
  /** The fresh parts of the page; undefined when whoever looks may see it no more. */
  read: () => Promise<string | undefined>;
}

/** Somebody who looks at the page. */
interface Listener {
  hear: (fragment: string) => void;
  /** They may look no more. */
  end: () => void;
}

interface Watched {
  view: LiveView;
  listeners: Set<Listener>;
  last: string | undefined;
  /** Those who look were told that what they see is old. */
  troubled: boolean;
}

/** Reads pages for everybody who looks, and tells them when something changed. */
export interface LiveHub {
  /** False when too many look already, or this person at too much. */
  hasRoom(view: Pick<LiveView, 'key' | 'who'>): boolean;
  /** Answers how to stop. The listener hears the present state soon; `shown` is a reading that they have before their eyes already. */
  subscribe(view: LiveView, listener: Listener, shown?: string): () => void;
  close(): void;
}

/** What differs at every reading is no news: the text of relative times, which the page counts on by itself, and the keys of forms. */
function newsOf(fragment: string): string {
  return fragment.replaceAll(/(<relative-time[^>]*>)[^<]*|(name="form_key" value=")[^"]*/g, '$1$2');
}

/** Tells whether two readings of a page show the same, in a few letters that fit into an address. */
export function digestNews(fragment: string): string {
  return createHash('sha256').update(newsOf(fragment)).digest('base64url').slice(0, 22);
}

/** What stands above a page whose parts cannot be read again, or nothing; the frame has the place for it. */
function liveTrouble(troubled: boolean): string {
  const banner = html`<p class="flash flash-danger">
    ${icon('alert')} This cannot be read again just now: what you see is older. It is tried again by itself.
  </p>`;
  return html`<hx-partial hx-target="#live-trouble" hx-swap="innerMorph">${troubled && banner}</hx-partial>`.text;
}

function countListeners(views: readonly Watched[]): number {
  return views.reduce((sum, { listeners }) => sum + listeners.size, 0);
}

/** True when one more may look at this, beside those who look already. */
function hasPlace(all: readonly Watched[], { key, who }: Pick<LiveView, 'key' | 'who'>): boolean {
  const own = all.filter(({ view }) => view.who === who);
  if (countListeners(all) >= maxListeners || countListeners(own) >= maxListenersOfOne) return false;
  return all.some(({ view }) => view.key === key) || (all.length < maxViews && own.length < maxViewsOfOne);
}

function tell({ listeners }: Watched, fragment: string): void {
  for (const listener of listeners) listener.hear(fragment);
}

/** Reads again what is looked at, and tells those who look when something changed, or that they may look no more. */
async function refresh(watched: Watched): Promise<void> {
  const fragment = await watched.view.read();
  if (watched.troubled) tell(watched, liveTrouble(false));
  watched.troubled = false;
  if (fragment === undefined) {
    for (const listener of watched.listeners) listener.end();
    return;
  }
  if (watched.last !== undefined && newsOf(fragment) === newsOf(watched.last)) return;
  watched.last = fragment;
  tell(watched, fragment);
}

/** Creates the hub. It reads only while somebody looks; a reading is never begun before the last is over, and less often when readings take long. */
export function createLiveHub(options: { intervalMs: number; log: Log }): LiveHub {
  const views = new Map<string, Watched>();
  let timer: NodeJS.Timeout | undefined;
  let reading = false;
  let closed = false;

  /** The database may be away for a while; the page keeps what it shows, and says that it is old. */
  function failed(watched: Watched, error: unknown): void {
    options.log.warn({ error: describeError(error) }, 'live page could not be read');
    if (!watched.troubled) tell(watched, liveTrouble(true));
    watched.troubled = true;
  }

  async function readAll(): Promise<void> {
    if (reading || closed) return;
    reading = true;
    const from = performance.now();
    for (const watched of views.values()) {
      await refresh(watched).catch((error: unknown) => failed(watched, error));
    }
    reading = false;
    clearTimeout(timer);
    const pauseMs = Math.max(options.intervalMs, (performance.now() - from) * (1 / readingShare - 1));
    if (views.size > 0 && !closed) timer = setTimeout(() => void readAll(), pauseMs).unref();
  }

  return {
    hasRoom: (view) => !closed && hasPlace([...views.values()], view),
    subscribe(view, listener, shown) {
      const watched = views.get(view.key) ?? { view, listeners: new Set<Listener>(), last: shown, troubled: false };
      views.set(view.key, watched);
      watched.listeners.add(listener);
      if (watched.last !== undefined && (shown === undefined || newsOf(watched.last) !== newsOf(shown))) listener.hear(watched.last);
      if (watched.troubled) listener.hear(liveTrouble(true));
      void readAll();
      return () => {
        watched.listeners.delete(listener);
        if (watched.listeners.size === 0 && views.get(view.key) === watched) views.delete(view.key);
      };
    },
    close() {
      closed = true;
      clearTimeout(timer);
      views.clear();
    },
  };
}
