import type { AttentionList } from '../../http/schemas/attention.ts';
import type { ProjectItem } from '../../http/schemas/project.ts';
import type { FirstSteps, HealthAnswer } from '../../http/schemas/first-look.ts';
import { threadStatuses } from '../../http/read/thread-heads.ts';
import type { ThreadItem } from '../../http/schemas/thread.ts';
import { html, type Html } from '../html.ts';
import { toError, withQuery, type ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import type { Site } from '../kit/site.ts';
import { pageUrl, type PageDefinition, type View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { filterBar } from '../parts/filters.ts';
import { pager } from '../parts/pager.ts';
import { threadView } from '../activity/thread-view.ts';
import { firstStepsView } from './first-steps-view.ts';
import { attentionView } from './attention-view.ts';
import { healthView } from './health-view.ts';
import { projectsView, shownProjects } from './projects-view.ts';
import { rateRanges, readHours } from './rates-view.ts';

/** How many threads the page shows at once. */
const shownThreads = 20;

const filterNames = ['q', 'repository', 'status'] as const;

/** Filters that the REST side would refuse are as good as none: addresses are typed and shared. */
function readFilters({ query }: View): Partial<Record<(typeof filterNames)[number], string>> {
  const text = (name: string, most: number) => query[name]?.trim().slice(0, most);
  const repository = text('repository', 201);
  return {
    ...((text('q', 100) ?? '') !== '' && { q: text('q', 100)! }),
    ...(repository !== undefined && repository !== '' && { repository }),
    ...(threadStatuses.some((word) => word === query['status']) && { status: query['status']! }),
  };
}

/** Threads, or none for a name that no repository can have. */
async function readThreads(view: View): Promise<ListAnswer<ThreadItem>> {
  const filters = readFilters(view);
  const path = withQuery('/api/threads', { ...filters, cursor: view.query['cursor'], limit: shownThreads });
  const answer = await view.api.ask<ListAnswer<ThreadItem>>(path);
  if (answer.ok) return answer.value;
  if (answer.status === 422) return { data: [], meta: { next: null } };
  throw toError(answer.problem);
}

function feedView(view: View, threads: readonly ThreadItem[], steps: { steps: FirstSteps; site: Site } | undefined): Html {
  if (threads.length > 0) return html`${threads.map((thread) => threadView(thread, view))}`;
  if (steps !== undefined) return firstStepsView(view, { ...steps, level: 3 });
  const action = html`<a class="btn" href="/">Show everything</a>`;
  return blank({ icon: 'search', title: 'Nothing matches', text: 'No thread fits these filters.', action });
}

function feedFilters(view: View): Html {
  return filterBar(view, [
    { name: 'q', label: 'Repository or event', kind: 'text', placeholder: 'Repository or event' },
    { name: 'repository', label: 'Exactly this repository', kind: 'text', icon: 'repo', placeholder: 'owner/name' },
    {
      name: 'status',
      label: 'Status',
      kind: 'choice',
      options: threadStatuses.map((word) => ({ value: word, title: `${word[0]!.toUpperCase()}${word.slice(1)}` })),
    },
  ]);
}

/** What needs a person, of that only what the filters look for. */
function soughtAttention(view: View, all: AttentionList): Html {
  const { q = '', repository = '' } = readFilters(view);
  const has = (text: string | undefined, part: string) => text?.toLowerCase().includes(part.toLowerCase()) === true;
  const data = all.data.filter(({ title, detail, target }) => {
    const name = target.repository?.full_name;
    const isNamed = repository === '' || name?.toLowerCase() === repository.toLowerCase();
    return isNamed && (q === '' || [title, detail, name, target.installation?.login].some((text) => has(text, q)));
  });
  if (data.length === 0 && all.data.length > 0)
    return html`<p class="attention-none muted">Nothing that these filters look for needs a person.</p>`;
  return attentionView({ data, meta: all.meta });
}

/** The projects whose name, or a repository of theirs, has in it what is looked for. */
async function readProjects(view: View): Promise<ListAnswer<ProjectItem>> {
  const { q, repository } = readFilters(view);
  return await view.api.get(withQuery('/api/projects', { q: q ?? repository, limit: shownProjects }));
}

function projectsSection({ meta }: ListAnswer<ProjectItem>, list: Html): Html {
  return html`<section class="overview-projects" aria-labelledby="projects-title">
    <div class="section-head">
      <h2 id="projects-title">Monitored repositories</h2>
      <a href="/projects">${meta.next === null ? 'Projects' : 'All projects'}</a>
    </div>
    ${livePart('projects', list)}
  </section>`;
}

/** The figures, loaded after the page; without a script a link leads to them. */
function ratesSection(view: View): Html {
  const { hours } = readHours(view.query['hours']);
  return html`<section class="overview-rates" aria-labelledby="rates-title">
    <div class="section-head">
      <h2 id="rates-title">Rates and latencies</h2>
      <ul class="ranges">
        ${rateRanges.map(
          (range) =>
            html`<li>
              <a
                href="${pageUrl(view, { hours: range.hours === 24 ? undefined : String(range.hours) })}"
                ${range.hours === hours && html`aria-current="true"`}
                >${range.title}</a
              >
            </li>`,
        )}
      </ul>
    </div>
    <div class="rates-part" hx-get="/overview/rates/part?hours=${hours}" hx-trigger="load, every 20s" hx-swap="innerMorph">
      <p class="muted"><a href="/overview/rates?hours=${hours}">Show the figures</a></p>
    </div>
  </section>`;
}

/** The overview: whether everything works, what needs a person, and what each push did. */
export function overviewPage(site: Site): PageDefinition {
  return {
    path: '/',
    place: 'overview',
    async render(view) {
      const isPlain = [...filterNames, 'cursor'].every((name) => (view.query[name] ?? '') === '');
      const [health, attention, threads, projects] = await Promise.all([
        view.api.get<HealthAnswer>('/api/health'),
        view.api.get<AttentionList>('/api/attention'),
        readThreads(view),
        readProjects(view),
      ]);
      const isNew = isPlain && threads.data.length === 0;
      const steps = isNew ? { site, steps: await view.api.get<FirstSteps>('/api/first-steps') } : undefined;
      const live = {
        health: healthView(health, attention),
        attention: soughtAttention(view, attention),
        projects: projectsView(projects.data),
        feed: feedView(view, threads.data, steps),
      };
      const body = html`<h1 class="sr-only">Overview</h1>
        ${livePart('health', live.health)}
        <div class="overview ${isNew && 'overview-new'}">
          <section class="overview-attention" aria-labelledby="attention-title">
            <div class="section-head"><h2 id="attention-title">What needs a person</h2></div>
            ${livePart('attention', live.attention)}
          </section>
          ${projects.data.length > 0 && projectsSection(projects, live.projects)} ${!isNew && ratesSection(view)}
          <section class="overview-feed" aria-labelledby="feed-title">
            <div class="section-head"><h2 id="feed-title">${isNew ? 'First steps' : 'Latest threads'}</h2></div>
            ${!isNew && feedFilters(view)} ${livePart('feed', live.feed)} ${pager(view, threads.meta)}
          </section>
        </div>`;
      return { title: 'RepoWatch', body, live, scripts: ['charts'], width: 'wide' };
    },
  };
}
