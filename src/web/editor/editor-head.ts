import { html, type Html, type HtmlValue } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery } from '../kit/api-client.ts';
import { onGitHub, repositoryPath } from '../kit/paths.ts';
import type { View } from '../kit/view.ts';
import { facts as factsView } from '../parts/facts.ts';
import { pageHead } from '../parts/page-head.ts';
import { apiPath, type EditorFacts, type WatchDetail } from './editor-facts.ts';
import type { EditorState } from './editor-state.ts';
import { watchTemplates } from './watch-templates.ts';
import { filePath } from './editor-view.ts';

interface Why {
  obstacles: { code: string; message: string }[];
}

const layers: Readonly<Record<string, string>> = {
  server: 'the operator’s file',
  organization: 'the organisation’s file',
  extends: 'the file that this one extends',
  project: 'a project',
};

const modes = { on: 'On', off: 'Off', 'dry-run': 'Dry run: nothing is sent' };

/** What is known of a watch, and what keeps it from running now. */
export async function watchFacts(view: View, { fullName }: EditorFacts, watch: WatchDetail): Promise<Html> {
  const why = await view.api.find<Why>(withQuery(apiPath(view, '/why'), { watch: watch.key, limit: 1 }));
  const runs = withQuery('/runs', { repository: fullName, watch: watch.key });
  const home =
    watch.repository !== null
      ? html`<a href="${repositoryPath(watch.repository, 'config')}#L${watch.line}"><bdi>${watch.origin}</bdi></a>`
      : watch.origin;
  const where: HtmlValue = watch.managed_by === 'api' ? 'The API' : home;
  return html`${why?.obstacles.map(({ message }) => html`<p class="flash flash-attention">${icon('alert')} <bdi>${message}</bdi></p>`)}
  ${factsView([
    ['Written in', where],
    watch.layer !== 'file' && watch.layer !== 'api' && ['Counts by', layers[watch.layer] ?? watch.layer],
    ['Mode', modes[watch.mode]],
    watch.mandatory && ['Mandatory', 'It cannot be switched off here'],
    watch.switched_off_at !== null && ['Switched off at', html`<bdi>${watch.switched_off_at}</bdi>`],
    ['Its runs', html`<a href="${runs}">See them</a>`],
  ])}`;
}

function proposedView(view: View, { repository }: EditorFacts): Html | false {
  const number = view.query['proposed'];
  if (number === undefined || !/^\d{1,9}$/.test(number)) return false;
  const page = onGitHub(repository.html_url, `pull/${number}`);
  return html`<p class="flash flash-success" role="status">
    ${icon('git-pull-request')} Pull request #${number} is open. The file counts as soon as it is merged.
    ${page !== null && html`<a href="${page}" target="_blank" rel="noopener noreferrer">See it on GitHub</a>`}
  </p>`;
}

/** The head of the editor's page: where it is, and what is known of the watch. */
export async function editorHead(
  view: View,
  { facts, state, watch }: { facts: EditorFacts; state: EditorState; watch: WatchDetail | undefined },
): Promise<{ title: string; html: Html }> {
  const { fullName } = facts;
  const isKnown = facts.config.watches.some(({ key }) => key === state.part);
  const title = state.part === '' ? `Edit ${filePath}` : isKnown ? state.part : 'New watch';
  const crumbs = [
    { title: 'Repositories', path: '/repositories' },
    { title: fullName, path: repositoryPath(fullName) },
    state.part === ''
      ? { title: 'Config', path: repositoryPath(fullName, 'config') }
      : { title: 'Watches', path: repositoryPath(fullName, 'watches') },
  ];
  const isNew = view.url.split('?', 1)[0] === repositoryPath(fullName, 'watches/new');
  const begin = (name: string) => `${repositoryPath(fullName, 'watches/new')}?template=${name}`;
  const tabs = watchTemplates(facts.branch).map((template) => ({ title: template.title, path: begin(template.name) }));
  const head = pageHead({
    title,
    icon: state.part === '' ? 'file-code' : 'eye',
    crumbs,
    ...(isNew && { intro: 'Begin with what comes closest, and change it.', tabs, tab: begin(view.query['template'] ?? 'webhook') }),
  });
  return {
    title: `${title} · ${fullName}`,
    html: html`${head} ${proposedView(view, facts)}
    ${watch && html`<div class="editor-facts">${await watchFacts(view, facts, watch)}</div>`}`,
  };
}
