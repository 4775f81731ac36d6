import type { z } from 'zod';
import type { bulkAnswer } from '../../http/schemas/run.ts';
import { html, type Html } from '../html.ts';
import { withQuery, type Answer } from '../kit/api-client.ts';
import { refuseForm, type FormDefinition } from '../kit/pages.ts';
import { runPath } from '../kit/paths.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { facts } from '../parts/facts.ts';
import { form, selectField, textField } from '../parts/form.ts';
import { pageHead, section } from '../parts/page-head.ts';
import { readQuery, refusedList } from './list-page.ts';
import { runFilterNames } from './runs-page.ts';

type BulkAnswer = z.output<typeof bulkAnswer>;

/** As many as one job takes. */
const mostRuns = 1_000;

const kinds = {
  replay: {
    title: 'Replay many runs',
    verb: 'Replay',
    intro: 'Each run that is over is done anew, all of its steps, at the end of its lane. Of a chain of replays only the last counts.',
  },
  redrive: {
    title: 'Redrive many runs',
    verb: 'Redrive',
    intro: 'Each dead run goes on at the step that died, in its old place. What succeeded is not repeated.',
  },
} as const;

function kindOf({ query }: View): keyof typeof kinds {
  return query['kind'] === 'redrive' ? 'redrive' : 'replay';
}

function readFilter(view: View): Record<string, unknown> {
  const given = Object.entries(readQuery(view, runFilterNames)).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(given.map(([name, value]) => [name, name === 'status' ? value?.split(',') : value]));
}

async function ask(view: View, how: { dry_run: boolean; config?: string | undefined; limit?: number }): Promise<Answer<BulkAnswer>> {
  const kind = kindOf(view);
  const { config, ...rest } = how;
  const body = { filter: readFilter(view), ...rest, ...(kind === 'replay' && config !== undefined && { config }) };
  return await view.api.send<BulkAnswer>({ method: 'POST', path: `/api/runs/${kind}`, body });
}

const path = '/runs/bulk';

function pageOf(query: Readonly<Record<string, string>>): string {
  return withQuery(path, Object.fromEntries(['kind', ...runFilterNames].map((name) => [name, query[name]])));
}

function filterFacts(view: View): Html {
  return facts(
    Object.entries(readFilter(view)).map(
      ([name, value]) =>
        [`${name[0]!.toUpperCase()}${name.slice(1)}`, html`<bdi>${Array.isArray(value) ? value.join(', ') : String(value)}</bdi>`] as const,
    ),
  );
}

function preview({ matched, cooling, selected, runs }: BulkAnswer): Html {
  return html`${facts([
      ['Found', matched.toLocaleString('en')],
      cooling > 0 && ['Left out, because another job took them a moment ago', cooling.toLocaleString('en')],
      ['Taken, the oldest first', selected.toLocaleString('en')],
    ])}
    <p class="muted bulk-runs">
      ${runs.map((id) => html`<a href="${runPath(id)}">run ${id}</a> `)}${selected > runs.length && `and ${(selected - runs.length).toLocaleString('en')} more`}
    </p>`;
}

function bulkForm(view: View, answer: BulkAnswer): Html {
  const kind = kindOf(view);
  const runs = answer.selected === 1 ? 'run' : 'runs';
  const field = { view, path };
  return form({
    view,
    path,
    submit: `${kinds[kind].verb} ${answer.selected.toLocaleString('en')} ${runs}`,
    beside: html`<a
      class="btn btn-plain"
      href="${withQuery('/runs', Object.fromEntries(runFilterNames.map((name) => [name, view.query[name]])))}"
      >Back to the list</a
    >`,
    fields: html`${['kind', ...runFilterNames].map((name) => html`${view.query[name] !== undefined && html`<input type="hidden" name="${name}" value="${view.query[name]}" />`}`)}
    ${
      kind === 'replay' &&
      selectField({
        ...field,
        name: 'config',
        label: 'Configuration',
        value: 'then',
        hint: 'Then repeats what each run followed. Now takes the watch as it is in force.',
        options: [
          { value: 'then', title: 'As it was then' },
          { value: 'now', title: 'As it is now' },
        ],
      })
    }
    ${textField({ ...field, name: 'limit', label: 'At most', type: 'number', value: String(Math.min(mostRuns, answer.selected)), hint: `The oldest go first, at most ${mostRuns.toLocaleString('en')} for one job.` })}`,
  });
}

function nothing(answer: BulkAnswer): Html {
  const text =
    answer.cooling > 0
      ? `What this filter finds was taken by another job a moment ago (${answer.cooling}). Look at the runs before doing it again.`
      : 'Only what is over can be replayed, and only what is dead redriven. Nothing that this filter finds is.';
  return blank({ icon: 'search', title: 'Nothing to do', text, action: html`<a class="btn" href="/runs">Back to the runs</a>` });
}

/** What a filter of runs finds, before it is done again. */
export const bulkPage: PageDefinition = {
  path,
  place: 'runs',
  async render(view) {
    const { title, intro } = kinds[kindOf(view)];
    const answer = await ask(view, { dry_run: true });
    const head = html`${pageHead({ title, intro, crumbs: [{ title: 'Runs', path: '/runs' }] })} ${section('Only', filterFacts(view))}`;
    if (!answer.ok) return { title, body: html`${head} ${refusedList(answer.problem)}`, status: answer.status };
    const found = answer.value;
    const body =
      found.selected === 0 ? nothing(found) : html`${section('What it finds', preview(found))} ${section('Do it', bulkForm(view, found))}`;
    return { title, body: html`${head} ${body}` };
  },
};

/** Does again what a filter finds, as a job. */
export const bulkForms: FormDefinition = {
  path,
  page: bulkPage,
  pageView: ({ request }) => {
    const values = (request.body ?? {}) as Record<string, string>;
    return { query: values, url: pageOf(values) };
  },
  async submit(view, values) {
    const limit = Number(values['limit'] ?? mostRuns);
    if (!Number.isInteger(limit) || limit < 1 || limit > mostRuns)
      return refuseForm([{ path: 'limit', message: `must be a number from 1 to ${mostRuns}` }]);
    const answer = await ask({ ...view, query: values }, { dry_run: false, limit, config: values['config'] === 'now' ? 'now' : 'then' });
    if (answer.ok && answer.value.job === null)
      return refuseForm([{ path: 'filter', message: 'finds nothing that can be done again at this moment' }]);
    return answer;
  },
  done: (_view, { value }) => ({ to: `/jobs/${(value as BulkAnswer).job?.id ?? ''}`, notice: 'started' }),
};
