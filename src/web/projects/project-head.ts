import type { ProjectItem } from '../../http/schemas/project.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import type { FormValues } from '../kit/pages.ts';
import { projectPath } from '../kit/paths.ts';
import { may, type View } from '../kit/view.ts';
import { buttonForm } from '../parts/form.ts';
import { pageHead, type Tab } from '../parts/page-head.ts';

/** The id that the path of a page names. */
export function projectId({ params }: View): string {
  return encodeURIComponent(params['id'] ?? '');
}

/** The project that the path of a page names. Throws `not_found`. */
export async function readProject(view: View): Promise<ProjectItem> {
  return await view.api.get<ProjectItem>(`/api/projects/${projectId(view)}`);
}

/** Asks the REST side to refuse when the thing is not the one that the form was filled in for any more. */
export function seenVersion(id: string, { version = '' }: FormValues): Record<string, string> {
  return /^\d{1,9}$/.test(version) ? { 'if-match': `"${id}.${version}.page"` } : {};
}

/** Whether whoever looks manages a project: its settings, actions, secrets and members. */
export function mayManage(view: View, project: ProjectItem): boolean {
  return may(view, 'manage', { installation: project.installation_id, project: project.id });
}

/** Whether whoever looks may have it compared and run. */
export function mayRun(view: View, project: ProjectItem): boolean {
  return may(view, 'write', { installation: project.installation_id, project: project.id });
}

/** The head that every page of a project has, with the tabs of what whoever looks may see. */
export function projectHead(view: View, project: ProjectItem, more: { tab: string; actions?: Html; intro?: Html | string }): Html {
  const { id, name, enabled, actions } = project;
  const tabs: (Tab | false)[] = [
    { title: 'Activity', path: projectPath(id), icon: 'pulse' },
    { title: 'Actions', path: projectPath(id, 'actions'), icon: 'zap', count: actions.length },
    { title: 'Runs', path: projectPath(id, 'runs'), icon: 'play' },
    ...(mayManage(view, project)
      ? [
          { title: 'Secrets', path: projectPath(id, 'secrets'), icon: 'key' },
          { title: 'Members', path: projectPath(id, 'members'), icon: 'people' },
          { title: 'Integrations', path: projectPath(id, 'integrations'), icon: 'plug' },
          { title: 'Settings', path: projectPath(id, 'settings'), icon: 'gear' },
        ]
      : []),
  ];
  return html`${pageHead({
    title: html`${name}${!enabled && html` <span class="label">off</span>`}`,
    icon: 'project',
    crumbs: [{ title: 'Projects', path: '/projects' }],
    tabs: tabs.filter((tab) => tab !== false),
    tab: projectPath(id, more.tab),
    ...(more.actions && { actions: more.actions }),
    ...(more.intro && { intro: more.intro }),
  })}
  ${
    !enabled &&
    html`<div class="flash flash-attention flash-row">
      <span>${icon('circle-slash')} This project is switched off: changes are recorded, and none of its actions runs.</span>
      ${mayManage(view, project) && buttonForm(`${projectPath(id)}/enable`, { text: 'Switch it on' })}
    </div>`
  }`;
}
