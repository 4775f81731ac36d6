import type { z } from 'zod';
import type { defaultHookSchema } from '../../http/schemas/hook.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { installationPath } from '../kit/paths.ts';
import type { FormDefinition } from '../kit/pages.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { dataTable } from '../parts/data-table.ts';
import { dialog, dialogButton } from '../parts/dialog.ts';
import { areaField, buttonForm, checkField, form, refusalOf, selectField, textField } from '../parts/form.ts';
import { section } from '../parts/page-head.ts';
import { installationHead, readInstallation } from './installation-head.ts';

type DefaultHook = z.output<typeof defaultHookSchema>;

const formats = [
  { value: 'standard', title: 'standard: Standard Webhooks' },
  { value: 'github', title: 'github: as GitHub sends it' },
  { value: 'radar', title: 'radar: change by change' },
  { value: 'webgme', title: 'webgme: as the older system sent it' },
];

function hooksTable(id: string, hooks: readonly DefaultHook[]): Html {
  return dataTable<DefaultHook>({
    caption: 'Hooks that new repositories get',
    rows: hooks,
    columns: [
      { title: 'Hook', kind: 'main', cell: ({ id: name }) => html`<bdi>${name}</bdi>` },
      {
        title: 'Sends to',
        kind: 'wide',
        cell: ({ url }) => (url === null ? html`<span class="muted">nowhere: it is only kept</span>` : html`<bdi>${url}</bdi>`),
      },
      { title: 'Events', cell: ({ events }) => (events === 'all' ? 'all' : html`<bdi>${events.join(', ')}</bdi>`) },
      { title: 'Signed', cell: ({ hasSecret }) => (hasSecret ? 'yes' : html`<span class="muted">no</span>`) },
      { title: 'State', cell: ({ active }) => (active ? 'active' : html`<span class="muted">inactive</span>`) },
      {
        title: 'Forget',
        kind: 'action',
        cell: ({ id: name }) =>
          buttonForm(`${installationPath(id, 'hooks')}/forget`, {
            text: 'Forget',
            danger: true,
            label: `Forget the hook ${name}`,
            fields: { hook: name },
          }),
      },
    ],
  });
}

function hookDialog(view: View, path: string): Html {
  const field = { view, path };
  const body = form({
    ...field,
    submit: 'Keep the hook',
    fields: html`${textField({ ...field, name: 'hook', label: 'Name', required: true, maxlength: 100, placeholder: 'ci', hint: 'A hook of this name is replaced.' })}
    ${textField({ ...field, name: 'url', label: 'Address', type: 'url', placeholder: 'https://ci.example.com/hook', hint: 'Without one it is only kept, and given to nobody.' })}
    ${areaField({ ...field, name: 'events', label: 'Events', rows: 3, value: 'all', hint: html`<code>all</code>, or one in each line, such as <code>branch.updated</code>.` })}
    ${selectField({ ...field, name: 'format', label: 'Bodies', options: formats, value: 'standard' })}
    ${textField({ ...field, name: 'secret', label: 'Signing key', type: 'password', hint: 'Never shown again. Empty: not signed.' })}
    ${checkField({ ...field, name: 'active', label: 'It sends from the start', checked: true })}`,
  });
  return dialog({ id: 'new-hook', title: 'Hook for new repositories', body, open: refusalOf(view, path) !== undefined });
}

function rulesView(view: View, id: string, copyOn: readonly string[]): Html {
  const path = `${installationPath(id, 'hooks')}/rules`;
  return form({
    view,
    path,
    submit: 'Save',
    fields: html`${checkField({ view, path, name: 'fork', label: 'A fork takes over the hooks of what it was forked from', checked: copyOn.includes('fork') })}
    ${checkField({ view, path, name: 'template', label: 'A repository made from a template takes over the hooks of the template', checked: copyOn.includes('template') })}`,
  });
}

/** What new repositories of an installation get: hooks of their own, and those of what they were made from. */
export const hooksPage: PageDefinition = {
  path: '/installations/:id/hooks',
  place: 'installations',
  async render(view) {
    const id = encodeURIComponent(view.params['id'] ?? '');
    const [installation, hooks, rules] = await Promise.all([
      readInstallation(view),
      view.api.get<Record<string, DefaultHook>>(`/api/installations/${id}/default-hooks`),
      view.api.get<{ copy_on: string[] }>(`/api/installations/${id}/hook-rules`),
    ]);
    const path = installationPath(installation.id, 'hooks');
    const all = Object.values(hooks);
    const list =
      all.length > 0
        ? hooksTable(installation.id, all)
        : blank({
            icon: 'webhook',
            level: 3,
            title: 'No hooks for new repositories',
            text: 'A hook sends what happens in a repository to an address. What is kept here is given to every repository that appears from now on.',
          });
    const body = html`${installationHead(view, installation, 'hooks')}
    ${section('Hooks that new repositories get', list, {
      actions: dialogButton('new-hook', { text: 'New hook', icon: 'plus', kind: 'primary' }),
      intro: 'Given once, when a repository is seen first. Those that have them keep them, whatever changes here.',
    })}
    ${section('Taking over hooks', rulesView(view, installation.id, rules.copy_on), { intro: html`${icon('repo-forked')} Within this installation.` })}
    ${hookDialog(view, path)}`;
    return { title: `New repositories of ${installation.account.login}`, body };
  },
};

const idOf = ({ params }: View) => encodeURIComponent(params['id'] ?? '');
const toHooks = (view: View) => installationPath(idOf(view), 'hooks');
const pageView = (view: View) => ({ url: toHooks(view) });

/** Makes or replaces a hook for new repositories. */
export const putHookForm: FormDefinition = {
  path: '/installations/:id/hooks',
  page: hooksPage,
  submit: async (view, { hook = '', url = '', events = '', format = 'standard', secret = '', active }) => {
    const names = events.split(/[\s,]+/).filter(Boolean);
    const body = {
      events: names.length === 1 && names[0] === 'all' ? 'all' : names,
      format,
      active: active === 'on',
      ...(url !== '' && { url }),
      ...(secret !== '' && { secret }),
    };
    return await view.api.send({ method: 'PUT', path: `/api/installations/${idOf(view)}/default-hooks/${encodeURIComponent(hook)}`, body });
  },
  done: (view) => ({ to: toHooks(view), notice: 'saved' }),
};

/** Forgets a hook for new repositories. */
export const forgetHookForm: FormDefinition = {
  path: '/installations/:id/hooks/forget',
  page: hooksPage,
  pageView,
  submit: async (view, { hook = '' }) =>
    await view.api.send({ method: 'DELETE', path: `/api/installations/${idOf(view)}/default-hooks/${encodeURIComponent(hook)}` }),
  done: (view) => ({ to: toHooks(view), notice: 'removed' }),
};

/** Sets from what new repositories take over hooks. */
export const hookRulesForm: FormDefinition = {
  path: '/installations/:id/hooks/rules',
  page: hooksPage,
  pageView,
  submit: async (view, values) =>
    await view.api.send({
      method: 'PUT',
      path: `/api/installations/${idOf(view)}/hook-rules`,
      body: { copy_on: ['fork', 'template'].filter((name) => values[name] === 'on') },
    }),
  done: (view) => ({ to: toHooks(view), notice: 'saved' }),
};
