import type { Health } from '../http/http-options.ts';
import { counterLimit, type Counters } from '../http/read/counters.ts';
import { threadStatuses } from '../http/read/thread-heads.ts';
import type { Thread, ThreadFilter } from '../http/read/threads.ts';
import { html, type Html } from './html.ts';
import { icon } from './icons.ts';
import { livePart } from './kit/frame.ts';
import type { PageContent } from './kit/view.ts';
import { threadView } from './thread-view.ts';

/** Everything the page shows at one moment. */
export interface FeedState {
  filter: ThreadFilter;
  threads: Thread[];
  counters: Counters;
  health: Health;
}

/** What the page tells of this server. */
export interface PageFacts {
  version: string;
  webhookUrl: string;
}

function healthView({ database, queue, github, details }: Health): Html {
  const part = (name: string, good: boolean | undefined) => {
    const word = good === undefined ? 'not asked yet' : good ? 'works' : 'does not work';
    const tone = good === undefined ? 'muted' : good ? 'success' : 'danger';
    return html`<span
      class="health"
      title="${name} ${word}${details[name.toLowerCase()] === undefined ? '' : `: ${details[name.toLowerCase()]}`}"
    >
      <span class="dot dot-${tone}"></span>${name}<span class="sr-only"> ${word}</span>
    </span>`;
  };
  return html`<div class="healths">${part('Database', database)}${part('Queue', queue)}${part('GitHub', github)}</div>`;
}

function countersView(counters: Counters): Html {
  const tile = (name: string, count: number, look: { icon: string; tone: string }) => {
    const text = count >= counterLimit ? `${counterLimit.toLocaleString('en')}+` : count.toLocaleString('en');
    const tone = count > 0 ? look.tone : 'muted';
    return html`<div class="tile">
      <dt>${icon(look.icon)} ${name}</dt>
      <dd class="tone-${tone}">${text}</dd>
    </div>`;
  };
  return html`<dl class="tiles">
    ${tile('Deliveries today', counters.deliveries, { icon: 'inbox', tone: 'default' })}
    ${tile('Changes today', counters.changes, { icon: 'git-commit', tone: 'default' })}
    ${tile('Succeeded', counters.succeeded, { icon: 'check-circle', tone: 'success' })}
    ${tile('Failed', counters.failed, { icon: 'x-circle', tone: 'danger' })}
    ${tile('Waiting', counters.waiting, { icon: 'clock', tone: 'attention' })}
  </dl>`;
}

const example = `version: 1
watches:
  hello:
    on: { push: { branches: [main] } }
    steps:
      - uses: webhook
        with: { url: "https://example.com/hooks/hello" }`;

function firstSteps(counters: Counters, facts: PageFacts): Html {
  const step = (done: boolean, title: string, body: Html) =>
    html`<li class="${done ? 'done' : ''}">
      <span class="${done ? 'tone-success' : 'tone-muted'}">${icon(done ? 'check-circle-fill' : 'circle', done ? 'done' : 'to do')}</span>
      <div><strong>${title}</strong>${body}</div>
    </li>`;
  return html`<div class="blank">
    <span class="blank-icon">${icon('telescope')}</span>
    <h2>Nothing has happened yet</h2>
    <p class="muted">As soon as GitHub delivers, every change, every watch and every run shows up here by itself.</p>
    <ol class="todo">
      ${step(counters.deliveries > 0, 'Point the webhook of your GitHub App here', html`<p>Its address is <code>${facts.webhookUrl}</code>, its secret the setting <code>WEBHOOK_SECRET</code>.</p>`)}
      ${step(counters.installations > 0, 'Install the App on a repository', html`<p>From the page of your App on GitHub: “Install App”.</p>`)}
      ${step(counters.configured > 0, 'Write .github/repowatch.yml on its default branch', html`<pre>${example}</pre>`)}
    </ol>
  </div>`;
}

function feedList({ filter, threads, counters }: FeedState, facts: PageFacts): Html {
  if (threads.length > 0) return html`${threads.map(threadView)}`;
  if (filter.repository === undefined && filter.status === undefined) return firstSteps(counters, facts);
  return html`<div class="blank">
    <span class="blank-icon">${icon('search')}</span>
    <h2>Nothing matches</h2>
    <p class="muted">No thread fits this filter. <a href="/">Show everything</a></p>
  </div>`;
}

function filtersView({ repository, status }: ThreadFilter): Html {
  return html`<form class="filters" method="get" action="/">
    <label class="search"
      ><span class="sr-only">Repository</span>${icon('repo')}<input
        type="search"
        name="repository"
        value="${repository ?? ''}"
        placeholder="owner/name"
    /></label>
    <label
      ><span class="sr-only">Status</span>
      <select name="status">
        <option value="">All threads</option>
        ${threadStatuses.map((word) => html`<option value="${word}" ${word === status && 'selected'}>${word[0]!.toUpperCase()}${word.slice(1)}</option>`)}
      </select>
    </label>
    <button class="btn" type="submit">Filter</button>
    ${(repository !== undefined || status !== undefined) && html`<a class="clear" href="/">Clear</a>`}
  </form>`;
}

/** The overview. */
export function feedContent(state: FeedState, facts: PageFacts): PageContent {
  const live = { health: healthView(state.health), counters: countersView(state.counters), feed: feedList(state, facts) };
  const body = html`<h1 class="sr-only">Overview</h1>
    ${livePart('health', live.health)} ${livePart('counters', live.counters)} ${filtersView(state.filter)} ${livePart('feed', live.feed)}`;
  return { title: 'RepoWatch', body, live };
}
