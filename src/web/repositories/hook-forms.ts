import { refuseForm, type FormDefinition } from '../kit/pages.ts';
import type { View } from '../kit/view.ts';
import type { Answer } from '../kit/api-client.ts';
import { readHookFields } from './hook-fields.ts';
import { hooksPage } from './hooks-page.ts';
import { apiOf, pageOfRepository } from './repository-head.ts';

const base = '/repos/:owner/:name/hooks';
const page = { page: hooksPage, pageView: (view: View) => ({ url: pageOfRepository(view, 'hooks') }) };
const home = (view: View) => pageOfRepository(view, 'hooks');
const hookApi = (view: View, id = view.params['hookId'] ?? '') => apiOf(view, `/hooks/${encodeURIComponent(id)}`);

/** The list of every event that there is says nothing to whoever has mistyped one: the form leads to it. */
function withoutList<Value>(answer: Answer<Value>): Answer<Value> {
  if (answer.ok) return answer;
  const short = (text: string) => text.replace(/ Valid events: .*$/s, ' See “All types” below.');
  const { problem } = answer;
  const errors = problem.errors?.map((error) => ({ path: error.path === 'events' ? 'others' : error.path, message: short(error.message) }));
  return { ...answer, problem: { ...problem, detail: short(problem.detail), ...(errors !== undefined && { errors }) } };
}

/** Adds a hook; one of this name is not replaced. */
const addForm: FormDefinition = {
  path: base,
  ...page,
  submit: async (view, values) => {
    const id = (values['id'] ?? '').trim();
    if (id === '' || id === '.' || id === '..') return refuseForm([{ path: 'id', message: 'needs a name' }]);
    return withoutList(
      await view.api.send({ method: 'PUT', path: hookApi(view, id), body: readHookFields(values), headers: { 'if-none-match': '*' } }),
    );
  },
  done: (view) => ({ to: home(view), notice: 'added' }),
};

/** Changes a hook; a signing key that is not given stays. */
const saveForm: FormDefinition = {
  path: `${base}/:hookId/save`,
  page: hooksPage,
  pageView: (view) => ({ url: home(view), query: { edit: view.params['hookId'] ?? '' } }),
  submit: async (view, values) => withoutList(await view.api.send({ method: 'PATCH', path: hookApi(view), body: readHookFields(values) })),
  done: (view) => ({ to: home(view), notice: 'saved' }),
};

/** Switches a hook. */
const switchForm: FormDefinition = {
  path: `${base}/:hookId/switch`,
  ...page,
  submit: async (view, { active }) => await view.api.send({ method: 'PATCH', path: hookApi(view), body: { active: active === 'on' } }),
  done: (view, { values }) => ({ to: home(view), notice: values['active'] === 'on' ? 'enabled' : 'disabled' }),
};

/** Removes a hook. */
const removeForm: FormDefinition = {
  path: `${base}/:hookId/remove`,
  ...page,
  submit: async (view) => await view.api.send({ method: 'DELETE', path: hookApi(view) }),
  done: (view) => ({ to: home(view), notice: 'removed' }),
};

/** Takes over the hooks of another repository. */
const copyForm: FormDefinition = {
  path: `${base}/copy`,
  ...page,
  submit: async (view, { from = '' }) =>
    await view.api.send({ method: 'POST', path: apiOf(view, '/hooks/copy'), body: { from: from.trim() } }),
  done: (view) => ({ to: home(view), notice: 'added' }),
};

/** What is done with hooks. */
export const hookForms: readonly FormDefinition[] = [addForm, saveForm, switchForm, removeForm, copyForm];
