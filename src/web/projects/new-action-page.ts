import type { ActionItem } from '../../http/schemas/project-action.ts';
import type { Secret } from '../../http/schemas/secret.ts';
import { RepoWatchError } from '../../core/errors.ts';
import type { JsonSchema } from '../../watches/json-schema.ts';
import { html, type Html } from '../html.ts';
import type { ApiClient, Answer, ListAnswer } from '../kit/api-client.ts';
import { refuseForm, type FormDefinition, type FormValues } from '../kit/pages.ts';
import { projectPath } from '../kit/paths.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { form, textField } from '../parts/form.ts';
import { kindLook } from '../parts/kind-look.ts';
import { pageHead } from '../parts/page-head.ts';
import { actionFields, readAction } from './action-fields.ts';
import { projectId, readProject } from './project-head.ts';
import { readKinds } from './read-kinds.ts';

/** How many secrets can be given along with a new action; more afterwards. */
const secretRows = [1, 2, 3] as const;
const secretName = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;

/** The schema of the kind that a page is about. Throws `not_found` for one that nobody knows. */
export async function readInputs(view: View, uses: string): Promise<JsonSchema> {
  const inputs = (await readKinds(view)).get(uses);
  if (inputs === undefined)
    throw new RepoWatchError('not_found', `There is no kind of action ${uses.slice(0, 100)}. Choose one from the list of actions.`);
  return inputs;
}

/** The names of the secrets that the actions of a project can use: its own, and those above it that whoever looks may see. */
export async function listSecretNames(view: View, project: { id: string; installation_id: string }): Promise<string[]> {
  const lists = await Promise.all(
    [`project_id=${project.id}`, `installation_id=${project.installation_id}`, 'scope=global'].map(
      async (query) => (await view.api.find<ListAnswer<Secret>>(`/api/secrets?${query}&limit=100`))?.data ?? [],
    ),
  );
  return [...new Set(lists.flat().map(({ name }) => name))].toSorted();
}

function secretRow(view: View, path: string, row: number): Html {
  const field = { view, path };
  return html`<div class="field-pair">
    ${textField({ ...field, name: `secret_${row}_name`, label: row === 1 ? 'Name' : `Name of secret ${row}`, maxlength: 100, placeholder: 'TOKEN' })}
    ${textField({ ...field, name: `value_${row}_secret`, label: row === 1 ? 'Value' : `Value of secret ${row}`, type: 'password' })}
  </div>`;
}

function secretFields(view: View, path: string): Html {
  return html`<fieldset class="form-part">
    <legend>Secrets of this action</legend>
    <p class="hint muted">Known to this action only, as <code>\${{ secrets.NAME }}</code>. They are encrypted, and never shown again.</p>
    ${secretRow(view, path, 1)}
    <details class="more-fields">
      <summary>More secrets</summary>
      <div class="more-fields-body">${secretRow(view, path, 2)} ${secretRow(view, path, 3)}</div>
    </details>
  </fieldset>`;
}

/** The page that adds an action of one kind. */
export const newActionPage: PageDefinition = {
  path: '/projects/:id/actions/new',
  place: 'projects',
  async render(view) {
    const uses = view.query['uses'] ?? 'webhook';
    const [project, inputs] = await Promise.all([
      readProject(view),
      readInputs(view, uses),
      view.api.get(`/api/projects/${projectId(view)}/members`),
    ]);
    const secrets = await listSecretNames(view, project);
    const base = projectPath(project.id, 'actions');
    const path = `${base}/new`;
    const body = html`${pageHead({
      title: kindLook(uses).title,
      icon: kindLook(uses).icon,
      crumbs: [
        { title: 'Projects', path: '/projects' },
        { title: project.name, path: projectPath(project.id) },
        { title: 'Actions', path: base },
      ],
      intro: html`A new action of the kind <code>${uses}</code>.`,
    })}
    ${form({
      view,
      path,
      submit: 'Add the action',
      beside: html`<a class="btn" href="${base}">Cancel</a>`,
      fields: html`<input type="hidden" name="uses" value="${uses}" />${actionFields({ view, path, uses, inputs, secrets })}
        ${secretFields(view, path)}`,
    })}`;
    return { title: 'New action', body };
  },
};

interface NewSecret {
  row: number;
  name: string;
  value: string;
}

function readSecrets(values: FormValues): { secrets: NewSecret[]; problems: { path: string; message: string }[] } {
  const rows = secretRows.map((row) => ({
    row,
    name: (values[`secret_${row}_name`] ?? '').trim(),
    value: values[`value_${row}_secret`] ?? '',
  }));
  const secrets = rows.filter(({ name, value }) => name !== '' || value !== '');
  const problems = secrets.flatMap(({ row, name, value }) => [
    ...(secretName.test(name) ? [] : [{ path: `secret_${row}_name`, message: 'must be letters, digits and _ and not begin with a digit' }]),
    ...(value === '' ? [{ path: `value_${row}_secret`, message: 'is needed with a name' }] : []),
  ]);
  return { secrets, problems };
}

async function storeSecrets(api: ApiClient, id: string, secrets: readonly NewSecret[]): Promise<Answer<unknown> | undefined> {
  for (const { name, value } of secrets) {
    const answer = await api.send({ method: 'POST', path: `/api/actions/${id}/secrets`, body: { name, value } });
    if (!answer.ok && answer.status !== 409) return answer;
  }
  return undefined;
}

/** Adding an action. Its secrets are there before it can run for the first time. */
export const newActionForm: FormDefinition = {
  path: '/projects/:id/actions/new',
  page: newActionPage,
  pageView: (view) => ({ query: { ...view.query, uses: bodyOf(view)['uses'] ?? '' } }),
  submit: async (view, values) => {
    const uses = values['uses'] ?? '';
    const { value: body, problems } = readAction(values, { uses, inputs: await readInputs(view, uses) });
    const { secrets, problems: more } = readSecrets(values);
    if (problems.length + more.length > 0) return refuseForm([...problems, ...more]);
    const { api } = view;
    const path = `/api/projects/${projectId(view)}/actions`;
    const answer = await api.send<ActionItem>({ method: 'POST', path, body: secrets.length === 0 ? body : { ...body, enabled: false } });
    if (!answer.ok || secrets.length === 0) return answer;
    const refused = await storeSecrets(api, answer.value.id, secrets);
    if (refused !== undefined || body['enabled'] !== true) return refused ?? answer;
    return await api.send({ method: 'PATCH', path: `${path}/${answer.value.id}`, body: { enabled: true } });
  },
  done: (view, { value }) => ({ to: projectPath(projectId(view), `actions/${(value as ActionItem).id}`), notice: 'added' }),
};

function bodyOf({ request }: View): FormValues {
  return (request.body ?? {}) as FormValues;
}
