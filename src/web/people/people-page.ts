import type { Installation } from '../../http/schemas/installation.ts';
import type { Person } from '../../http/schemas/person.ts';
import { html, type Html } from '../html.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import type { FormDefinition } from '../kit/pages.ts';
import { withNotice } from '../kit/notices.ts';
import { may, type PageDefinition, type View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { dataTable } from '../parts/data-table.ts';
import { dialog, dialogButton } from '../parts/dialog.ts';
import { filterBar } from '../parts/filters.ts';
import { buttonForm, form, refusalOf, textField } from '../parts/form.ts';
import { pageHead } from '../parts/page-head.ts';
import { pager } from '../parts/pager.ts';

const path = '/people';

function peopleTable(view: View, people: readonly Person[]): Html {
  return dataTable<Person>({
    caption: 'People, by what is known of them elsewhere',
    rows: people,
    id: ({ id }) => `person-${id}`,
    columns: [
      { title: 'On GitHub', kind: 'main', cell: ({ github_login: login }) => html`<bdi>${login}</bdi>` },
      { title: 'E-mail', cell: ({ email }) => html`<bdi>${email}</bdi>` },
      { title: 'Jira', cell: ({ jira_account_id: jira }) => jira !== null && html`<code>${jira}</code>` },
      { title: 'Slack', cell: ({ slack_id: slack }) => slack !== null && html`<code>${slack}</code>` },
      {
        title: 'Change',
        kind: 'action',
        cell: (person) =>
          may(view, 'manage', { installation: person.installation_id }) &&
          html`${dialogButton(`edit-person-${person.id}`, { text: 'Edit', icon: 'pencil', kind: 'small' })}
          ${buttonForm(`${path}/remove`, {
            text: 'Forget',
            danger: true,
            label: `Forget who ${person.github_login} is elsewhere`,
            fields: { installation: person.installation_id, github_login: person.github_login },
          })}`,
      },
    ],
  });
}

function personForm(view: View, at: { path: string; installation: string; person?: Person }): Html {
  const { person } = at;
  const field = { view, path: at.path };
  return form({
    view,
    path: at.path,
    submit: 'Save',
    fields: html`<input type="hidden" name="installation" value="${at.installation}" />
      ${textField({ ...field, name: 'github_login', label: 'Login on GitHub', required: true, value: person?.github_login, maxlength: 100 })}
      ${textField({ ...field, name: 'email', label: 'E-mail address', type: 'email', value: person?.email ?? undefined, hint: 'As it stands in commits.' })}
      ${textField({ ...field, name: 'jira_account_id', label: 'Account in Jira', value: person?.jira_account_id ?? undefined })}
      ${textField({ ...field, name: 'slack_id', label: 'Id in Slack', value: person?.slack_id ?? undefined, placeholder: 'U012AB3CD' })}`,
  });
}

function dialogs(view: View, people: readonly Person[], installation: string | undefined): Html {
  const edited = people
    .filter((person) => may(view, 'manage', { installation: person.installation_id }))
    .map((person) => {
      const at = `${path}/${person.id}`;
      return dialog({
        id: `edit-person-${person.id}`,
        title: person.github_login,
        body: personForm(view, { path: at, installation: person.installation_id, person }),
        open: refusalOf(view, at) !== undefined,
      });
    });
  if (installation === undefined) return html`${edited}`;
  const add = dialog({
    id: 'new-person',
    title: 'Add a person',
    body: personForm(view, { path, installation }),
    open: refusalOf(view, path) !== undefined,
  });
  return html`${edited}${add}`;
}

/** The page that says who people on GitHub are in commits, in Jira and in Slack. */
export const peoplePage: PageDefinition = {
  path,
  place: 'people',
  async render(view) {
    const { q, cursor, installation } = view.query;
    const [people, installations] = await Promise.all([
      view.api.get<ListAnswer<Person>>(withQuery('/api/people', { q, cursor, installation, total: '1' })),
      view.api.get<ListAnswer<Installation>>('/api/installations?limit=100'),
    ]);
    const managed = installations.data.filter(({ id }) => may(view, 'manage', { installation: id }));
    const chosen = managed.find(({ id }) => id === installation) ?? managed[0];
    const options = installations.data.map(({ id, account }) => ({ value: id, title: account.login }));
    const body = html`${pageHead({
      title: 'People',
      intro:
        'Who somebody on GitHub is in commits, in Jira and in Slack, so that assignees, reviewers and messages reach the right person.',
      actions:
        chosen !== undefined &&
        html`${dialogButton('new-person', { text: 'Add a person', icon: 'plus', kind: 'primary' })}
        ${buttonForm(`${path}/lookup`, { text: 'Fill in from commits', icon: 'search', fields: { installation: chosen.id } })}`,
    })}
    ${filterBar(view, [
      { name: 'q', label: 'Login or address', kind: 'text' },
      { name: 'installation', label: 'Installation', kind: 'choice', options },
    ])}
    ${
      people.data.length > 0
        ? html`${peopleTable(view, people.data)} ${pager(view, people.meta)}`
        : blank({
            icon: 'people',
            title: q === undefined ? 'Nobody is known elsewhere yet' : 'Nobody matches',
            text: 'Steps that assign, ask for a review or write to somebody look here. Those who manage an installation may fill it in from commits.',
          })
    }
    ${dialogs(view, people.data, chosen?.id)}`;
    return { title: 'People', body };
  },
};

const orNull = (text: string | undefined) => (text === undefined || text.trim() === '' ? null : text.trim());

/** Adding somebody, and changing what is known of them. */
export const personForms: readonly FormDefinition[] = [path, `${path}/:id`].map((formPath) => ({
  path: formPath,
  page: peoplePage,
  pageView: () => ({ params: {}, url: path }),
  submit: async ({ api }, values) => {
    const { github_login: login = '', installation } = values;
    const body = {
      email: orNull(values['email']),
      jira_account_id: orNull(values['jira_account_id']),
      slack_id: orNull(values['slack_id']),
    };
    const address = withQuery(`/api/people/${encodeURIComponent(login.trim())}`, { installation });
    return await api.send({ method: 'PUT', path: address, body });
  },
  done: () => ({ to: path, notice: 'saved' }),
}));

/** Forgetting who somebody is elsewhere. */
export const removePersonForm: FormDefinition = {
  path: `${path}/remove`,
  page: peoplePage,
  pageView: () => ({ url: path }),
  submit: async ({ api }, { github_login: login = '', installation }) =>
    await api.send({ method: 'DELETE', path: withQuery(`/api/people/${encodeURIComponent(login)}`, { installation }) }),
  done: () => ({ to: path, notice: 'removed' }),
};

/** Filling in addresses from commits. */
export const lookUpForm: FormDefinition = {
  path: `${path}/lookup`,
  page: peoplePage,
  pageView: () => ({ url: path }),
  submit: async ({ api }, { installation }) => await api.send({ method: 'POST', path: '/api/people/lookup', body: { installation } }),
  done: () => ({ to: withNotice(path, 'done') }),
};
