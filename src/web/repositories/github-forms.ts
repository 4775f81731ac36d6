import type { FormDefinition, FormValues } from '../kit/pages.ts';
import type { View } from '../kit/view.ts';
import { githubPage } from './github-page.ts';
import { apiOf, pageOfRepository } from './repository-head.ts';

const base = '/repos/:owner/:name/github';
const page = { page: githubPage, pageView: (view: View) => ({ url: pageOfRepository(view, 'github') }) };

/** The fields that were filled in. */
function filled(values: FormValues, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => ((values[name] ?? '').trim() === '' ? [] : [[name, (values[name] ?? '').trim()]])));
}

const made = (view: View, kind: 'issue' | 'pull', value: unknown) => ({
  to: `${pageOfRepository(view, 'github')}?made=${kind}-${(value as { number: number }).number}`,
});

const issueForm: FormDefinition = {
  path: `${base}/issues`,
  ...page,
  submit: async (view, values) =>
    await view.api.send({ method: 'POST', path: apiOf(view, '/issues'), body: filled(values, ['title', 'body', 'labels', 'assignees']) }),
  done: (view, { value }) => made(view, 'issue', value),
};

const pullForm: FormDefinition = {
  path: `${base}/pulls`,
  ...page,
  submit: async (view, values) => {
    const body = { ...filled(values, ['head', 'base', 'title', 'body', 'reviewers']), draft: values['draft'] === 'on' };
    return await view.api.send({ method: 'POST', path: apiOf(view, '/pulls'), body });
  },
  done: (view, { value }) => made(view, 'pull', value),
};

const accessForm: FormDefinition = {
  path: `${base}/access`,
  ...page,
  submit: async (view, values) =>
    await view.api.send({ method: 'POST', path: apiOf(view, '/access'), body: filled(values, ['action', 'identifier', 'permission']) }),
  done: (view) => ({ to: pageOfRepository(view, 'github'), notice: 'done' }),
};

/** What is done on GitHub from the page of a repository. */
export const githubForms: readonly FormDefinition[] = [issueForm, pullForm, accessForm];
