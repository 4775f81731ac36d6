import type { Repository } from '../../http/schemas/repository.ts';
import { changeTypes } from '../../changes/change.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery, type Answer, type ListAnswer } from '../kit/api-client.ts';
import { isLiveReading } from '../kit/live-reading.ts';
import { pageUrl, type View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import type { ChoiceOption, Filter } from '../parts/filters.ts';

/** Rows of one page. */
const shownRows = 20;

/** More repositories than this are typed, not chosen. */
const chosenRepositories = 100;

const dayMs = 86_400_000;

/** A day of a filter as a moment: its beginning, or for `until` its end. What names a moment already stays. */
function momentOf(text: string | undefined, end: boolean): string | undefined {
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return text;
  const day = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(day) ? text : new Date(day + (end ? dayMs : 0)).toISOString();
}

/** What the filters of a page say, in the words of the REST side. */
export function readQuery(view: View, names: readonly string[]): Record<string, string | undefined> {
  const given = Object.fromEntries(names.map((name) => [name, view.query[name]?.trim()]));
  const since = momentOf(given['since'], false);
  const until = momentOf(given['until'], true);
  return { ...given, ...('since' in given && { since }), ...('until' in given && { until }) };
}

/** Reads the page of a list; it is counted once, and not each time that it is looked at again. */
export async function readList<Row>(view: View, path: string, query: Record<string, string | undefined>): Promise<Answer<ListAnswer<Row>>> {
  const total = isLiveReading(view.request) ? undefined : '1';
  return await view.api.ask(withQuery(path, { ...query, cursor: view.query['cursor'], limit: shownRows, total }));
}

/** A list that could not be read because of what its address asks for. */
export function refusedList({ detail }: { detail: string }): Html {
  return html`<p class="flash flash-danger" role="alert">${icon('alert')} <bdi>${detail}</bdi></p>`;
}

/** The repositories that whoever looks may choose from: all when there are not too many. */
export async function readRepositories(view: View): Promise<{ names: string[]; areAll: boolean }> {
  const { data, meta } = await view.api.get<ListAnswer<Repository>>(withQuery('/api/repos', { limit: chosenRepositories }));
  return { names: data.map(({ full_name: name }) => name).toSorted(), areAll: meta.next === null };
}

/** The filter by repository: chosen where there are few, typed where there are many. */
export function repositoryFilter(view: View, { names, areAll }: { names: string[]; areAll: boolean }): Filter {
  const chosen = view.query['repository'] ?? '';
  if (!areAll) return { name: 'repository', label: 'Repository', kind: 'text', icon: 'repo', placeholder: 'owner/name', list: names };
  const known = names.find((name) => name.toLowerCase() === chosen.toLowerCase());
  const options = chosen === '' || known !== undefined ? names : [chosen, ...names];
  return { name: 'repository', label: 'Repository', kind: 'choice', all: 'All repositories', options };
}

/** A filter that keeps a word which the page does not offer: addresses are shared, and lists change. */
export function keepWord(options: readonly ChoiceOption[], word: string | undefined): readonly ChoiceOption[] {
  if (word === undefined || word === '') return options;
  const has = (list: readonly ChoiceOption[]): boolean =>
    list.some((option) => (typeof option === 'string' ? option === word : 'group' in option ? has(option.options) : option.value === word));
  return has(options) ? options : [...options, word];
}

const nouns: Record<string, string> = {
  pull_request: 'Pull requests',
  issue: 'Issues',
  issue_comment: 'Comments',
  branch: 'Branches',
  tag: 'Tags',
  release: 'Releases',
  member: 'Members',
  repository: 'Repository',
  project: 'Project',
  installation: 'Installation',
  schedule: 'Schedules',
  manual: 'By hand',
  inbound: 'Triggers',
  config: 'Configuration',
  run: 'Runs',
  recovery: 'Recovery',
  destination: 'Destinations',
};

/** The types of changes under the nouns they are about; with `groups` a whole noun can be chosen, too. */
export function typeOptions(groups: boolean): ChoiceOption[] {
  const names = [...new Set(changeTypes.map((type) => type.split('.', 1)[0]!))];
  return names.map((noun) => {
    const types: ChoiceOption[] = changeTypes.filter((type) => type.startsWith(`${noun}.`));
    const whole = groups && types.length > 1 ? [{ value: `${noun}.*`, title: `${noun}: all` }] : [];
    return { group: nouns[noun] ?? noun, options: [...whole, ...types] };
  });
}

/** Filters that came with the address and have no field: what they are, each with a way to drop it. */
export function keptChips(view: View, words: Readonly<Record<string, (value: string) => string>>): Html | false {
  const kept = Object.entries(words).filter(([name]) => (view.query[name] ?? '') !== '');
  return (
    kept.length > 0 &&
    html`<ul class="kept" aria-label="Only">
      ${kept.map(
        ([name, say]) =>
          html`<li class="chip">
            <bdi>${say(view.query[name] ?? '')}</bdi>
            <a href="${pageUrl(view, { [name]: undefined })}">${icon('x', 'Drop this filter')}</a>
          </li>`,
      )}
    </ul>`
  );
}

/** What a list says when nothing is in it: that no filter finds something, or what belongs here. */
export function emptyList(
  view: View,
  { names, teach }: { names: readonly string[]; teach: { icon: string; title: string; text: Html | string } },
): Html {
  const used = [...names, 'cursor'].some((name) => (view.query[name] ?? '') !== '');
  if (!used) return blank(teach);
  const none = Object.fromEntries(names.map((name) => [name, undefined]));
  return blank({
    icon: 'search',
    title: 'Nothing matches',
    text: 'Nothing that you may see fits these filters.',
    action: html`<a class="btn" href="${pageUrl(view, none)}">Show everything</a>`,
  });
}
