import type { Me } from '../../http/schemas/me.ts';
import type { ProjectItem } from '../../http/schemas/project.ts';
import type { Repository } from '../../http/schemas/repository.ts';
import { html, type Html } from '../html.ts';
import type { ListAnswer } from '../kit/api-client.ts';
import type { FormValues } from '../kit/pages.ts';
import type { View } from '../kit/view.ts';
import { areaField, checkField, selectField, textField } from '../parts/form.ts';

type MyRepository = Repository & { role: Me['role'] };

/** How many repositories the picker offers; more can be typed. */
const offered = 100;

/** The repositories that whoever looks may have followed, by name; those that they may not are left out. */
export async function listPickable(view: View, installation?: string): Promise<string[]> {
  const query = installation === undefined ? '' : `&installation=${installation}`;
  const { data } = await view.api.get<ListAnswer<MyRepository>>(`/api/me/repos?limit=${offered}${query}`);
  return data
    .filter(({ role }) => role !== 'viewer' && role !== 'nobody')
    .map((repository) => repository.full_name)
    .toSorted((one, other) => one.localeCompare(other));
}

/** The fields that a new project and one that is there have in common. */
export function projectFields(view: View, path: string, project?: ProjectItem): Html {
  const field = { view, path };
  return html`${textField({ ...field, name: 'name', label: 'Name', value: project?.name, required: true, maxlength: 100, placeholder: 'Website' })}
  ${areaField({
    ...field,
    name: 'branches',
    label: 'Branches',
    value: project?.branches.join('\n') ?? 'main',
    required: true,
    rows: Math.min(Math.max(project?.branches.length ?? 1, 2) + 1, 12),
    code: true,
    covers: true,
    placeholder: 'main\nrelease/**\n!release/**/tmp',
    hint: html`One in each line, or with commas: names, and GitHub’s patterns. <code>feature/*</code> is one level,
      <code>feature/**</code> all of them, <code>!</code> takes out again.`,
  })}
  ${textField({
    ...field,
    name: 'check_interval',
    label: 'Check interval in minutes',
    type: 'number',
    value: String(project?.check_interval ?? 5),
    required: true,
    min: 1,
    max: 1440,
    hint: 'How long a change may stay unnoticed when its webhook never comes: 1 to 1440. Webhooks are acted on at once.',
  })}
  ${checkField({ ...field, name: 'enabled', label: 'Switched on', checked: project?.enabled ?? true, hint: 'Off: changes are still recorded, and none of its actions runs.' })}`;
}

/** Which repositories a project follows: all, or those that are chosen. */
export function followField(view: View, path: string, follow: ProjectItem['follow'] = 'selected'): Html {
  return selectField({
    view,
    path,
    name: 'follow',
    label: 'It follows',
    value: follow,
    options: [
      { value: 'selected', title: 'the repositories chosen here' },
      { value: 'all', title: 'every repository of the account, also later ones' },
    ],
  });
}

/** What the fields of a project said, as the body to send. */
export function projectBody(values: FormValues): Record<string, unknown> {
  const { name = '', branches = '', check_interval: interval = '', follow } = values;
  return {
    name: name.trim(),
    branches: branches
      .split(/[\n,]/)
      .map((branch) => branch.trim())
      .filter(Boolean),
    check_interval: /^-?\d+$/.test(interval.trim()) ? Number(interval) : interval.trim(),
    enabled: values['enabled'] === 'on',
    ...(follow !== undefined && { follow }),
  };
}
