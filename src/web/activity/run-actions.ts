import type { Answer } from '../kit/api-client.ts';
import type { FormDefinition } from '../kit/pages.ts';
import { runPath } from '../kit/paths.ts';
import { may, type PageDefinition, type View } from '../kit/view.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { buttonForm } from '../parts/form.ts';

/** Statuses that a run never leaves by itself; only such a run can be done again. */
const over = new Set(['succeeded', 'failed', 'dead', 'cancelled']);

/** True when a run is over. */
export function isOver({ status }: { status: string }): boolean {
  return over.has(status);
}

/** Whose a run is, and how it stands. */
interface ActedRun {
  id: string;
  status: string;
  installation_id: string;
  repository: { id: string };
}

/** What can be done with a run, the likeliest first; `few` for the first one only. Nothing for those who may only look. */
export function runActions(view: View | undefined, run: ActedRun, few = false): Html | false {
  if (view === undefined || !may(view, 'write', { installation: run.installation_id, repository: run.repository.id })) return false;
  const path = runPath(run.id);
  const name = `run ${run.id}`;
  if (!isOver(run)) return buttonForm(`${path}/cancel`, { text: 'Cancel', icon: 'stop', label: `Cancel ${name}` });
  const redrive = run.status === 'dead' && buttonForm(`${path}/redrive`, { text: 'Redrive', icon: 'play', label: `Redrive ${name}` });
  if (few && redrive !== false) return redrive;
  const replay = (config: 'then' | 'now', text: string) =>
    buttonForm(`${path}/replay`, {
      text,
      icon: config === 'then' ? 'sync' : 'iterations',
      fields: { config },
      label: `${text} ${name}, with the configuration of ${config}`,
    });
  if (few) return replay('then', 'Replay');
  return html`${redrive}${replay('then', 'Replay')}${replay('now', 'Replay as of now')}`;
}

/** Why something that a button asked for was not done. */
export function refusedFlash(view: View): Html | false {
  const { refused } = view;
  return refused !== undefined && html`<p class="flash flash-danger" role="alert">${icon('alert')} ${refused.problem.detail}</p>`;
}

/** The buttons of runs: replaying, redriving, cancelling. A refusal is shown on the page of the run. */
export function runForms(page: PageDefinition): FormDefinition[] {
  const send = (view: View, what: string, body?: unknown): Promise<Answer<{ id: string }>> =>
    view.api.send({
      method: 'POST',
      path: `/api/runs/${encodeURIComponent(view.params['id'] ?? '')}/${what}`,
      ...(body !== undefined && { body }),
    });
  const pageView = (view: View) => ({ url: runPath(view.params['id'] ?? '') });
  const here = (view: View) => runPath(view.params['id'] ?? '');
  return [
    {
      path: '/runs/:id/replay',
      page,
      pageView,
      submit: async (view, { config }) => await send(view, 'replay', { config: config === 'now' ? 'now' : 'then' }),
      done: (_view, { value }) => ({ to: runPath((value as { id: string }).id), notice: 'replayed' }),
    },
    {
      path: '/runs/:id/redrive',
      page,
      pageView,
      submit: async (view) => await send(view, 'redrive'),
      done: (view) => ({ to: here(view), notice: 'redriven' }),
    },
    {
      path: '/runs/:id/cancel',
      page,
      pageView,
      submit: async (view) => await send(view, 'cancel'),
      done: (view) => ({ to: here(view), notice: 'cancelled' }),
    },
  ];
}
