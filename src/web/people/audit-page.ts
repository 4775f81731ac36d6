import type { Audit } from '../../http/schemas/audit.ts';
import { auditActions } from '../../people/audit-actions.ts';
import { html, type Html, type HtmlValue } from '../html.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import { pageUrl, type PageDefinition, type View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { dataTable } from '../parts/data-table.ts';
import { filterBar, type Filter } from '../parts/filters.ts';
import { pageHead } from '../parts/page-head.ts';
import { pager } from '../parts/pager.ts';
import { timeAgo } from '../parts/relative-time.ts';

/** What was done depends on what it was done to. */
function filtersOf({ noun }: View['query']): Filter[] {
  const known = noun === undefined ? undefined : auditActions[noun];
  return [
    { name: 'noun', label: 'What', kind: 'choice', options: Object.keys(auditActions), all: 'Everything' },
    ...(known === undefined ? [] : [{ name: 'verb', label: 'Done', kind: 'choice', options: known, all: 'whatever was done' } as const]),
    { name: 'actor', label: 'Who', kind: 'text', icon: 'person', placeholder: 'login, admin, token:name' },
    { name: 'target', label: 'Name or id of what was changed', kind: 'text', placeholder: 'name or id' },
    { name: 'repository', label: 'Repository', kind: 'text', icon: 'repo', placeholder: 'owner/name' },
    { name: 'since', label: 'Since', kind: 'date' },
    { name: 'until', label: 'Before', kind: 'date' },
  ];
}

function show(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

/** What it was and what it is, name by name where both have names. */
function difference({ id, before, after }: Audit): HtmlValue {
  if (before == null && after == null) return '';
  const [was, is] = [before ?? {}, after ?? {}] as [Record<string, unknown>, Record<string, unknown>];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((name) => show(was[name]) !== show(is[name]));
  return html`<details id="audit-${id}">
    <summary class="muted">${names.length === 1 ? '1 field' : `${names.length} fields`}</summary>
    <dl class="difference">
      ${names.map(
        (name) =>
          html`<div>
            <dt>${name}</dt>
            ${name in was && html`<dd class="was"><bdi>${show(was[name])}</bdi></dd>`}
            ${name in is && html`<dd class="is"><bdi>${show(is[name])}</bdi></dd>`}
          </div>`,
      )}
    </dl>
  </details>`;
}

function auditTable(view: View, entries: readonly Audit[]): Html {
  return dataTable<Audit>({
    caption: 'What was changed, newest first',
    rows: entries,
    id: ({ id }) => `entry-${id}`,
    columns: [
      { title: 'When', cell: ({ at }) => timeAgo(at) },
      {
        title: 'Who',
        cell: ({ actor }) => html`<a href="${pageUrl(view, { actor: actor.login })}"><bdi>${actor.login}</bdi></a>`,
      },
      { title: 'Did', kind: 'main', cell: ({ action }) => html`<code>${action}</code>` },
      {
        title: 'To',
        cell: ({ target }) => html`<span class="muted">${target.kind}</span> <bdi>${target.name ?? target.id}</bdi>`,
      },
      { title: 'Change', kind: 'wide', cell: difference },
    ],
  });
}

const day = (text: string | undefined) => (text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);

/** The page of who did what. */
export const auditPage: PageDefinition = {
  path: '/audit',
  place: 'audit',
  async render(view) {
    const { noun, verb, actor, target, repository, since, until, cursor } = view.query;
    const known = noun !== undefined && Object.hasOwn(auditActions, noun) ? noun : undefined;
    const done = known !== undefined && verb !== undefined && auditActions[known]?.includes(verb) === true ? verb : '';
    const wish = { actor, target, repository, since: day(since), until: day(until), cursor, total: '1' };
    const action = known === undefined ? undefined : `${known}.${done}`;
    const { data, meta } = await view.api.get<ListAnswer<Audit>>(withQuery('/api/audit', { action, ...wish }));
    const isFiltered = [action, actor, target, repository, since, until].some(Boolean);
    const live = {
      entries:
        data.length > 0
          ? html`${auditTable(view, data)} ${pager(view, meta)}`
          : blank({
              icon: 'log',
              title: isFiltered ? 'Nothing matches' : 'Nobody has changed anything yet',
              text: isFiltered
                ? 'No entry fits these filters.'
                : 'Every secret that is set, every switch, token, replay and sign-in stands here, with who did it.',
            }),
    };
    const body = html`${pageHead({
      title: 'Audit log',
      intro: 'Who changed what, and when. You see what was done in what you see, and whatever you did yourself.',
    })}
    ${filterBar(view, filtersOf(known === undefined ? {} : { noun: known }))} ${livePart('entries', live.entries)}`;
    return { title: 'Audit log', body, live };
  },
};
