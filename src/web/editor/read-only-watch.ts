import { html } from '../html.ts';
import { icon } from '../icons.ts';
import { repositoryPath, watchPath } from '../kit/paths.ts';
import type { PageContent, View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { pageHead } from '../parts/page-head.ts';
import type { EditorFacts, WatchDetail } from './editor-facts.ts';
import { watchFacts } from './editor-head.ts';

/** A watch that this repository's own file does not declare: what it is, and where it is changed. */
export async function readOnlyWatch(view: View, facts: EditorFacts, watch: WatchDetail): Promise<PageContent> {
  const { fullName } = facts;
  const { key, repository, managed_by: manager } = watch;
  const elsewhere = repository !== null && repository !== fullName;
  const text =
    manager === 'api'
      ? 'It stands for a hook. Hooks are changed on their own page.'
      : elsewhere
        ? html`It comes from <bdi>${watch.origin}</bdi> and counts here, too. Change it
            there${watch.mandatory ? '; it is mandatory, so this repository cannot switch it off' : html`, or switch it off for this repository with <code>${key}: off</code> in its own file`}.`
        : 'It comes from a file of the operator, or from a project, and is changed there.';
  const action = elsewhere
    ? html`<a class="btn btn-primary" href="${watchPath(repository, key)}">${icon('pencil')}<span>Edit it in ${repository}</span></a>
        <a class="btn" href="${repositoryPath(fullName, 'config/edit')}">${icon('file-code')}<span>Edit this repository’s file</span></a>`
    : manager === 'api'
      ? html`<a class="btn" href="${repositoryPath(fullName, 'hooks')}">${icon('webhook')}<span>Hooks</span></a>`
      : undefined;
  const crumbs = [
    { title: 'Repositories', path: '/repositories' },
    { title: fullName, path: repositoryPath(fullName) },
    { title: 'Watches', path: repositoryPath(fullName, 'watches') },
  ];
  return {
    title: `${key} · ${fullName}`,
    body: html`${pageHead({ title: key, icon: 'eye', crumbs })}
      <div class="editor-facts">${await watchFacts(view, facts, watch)}</div>
      ${blank({ icon: 'lock', title: 'It is not written in this repository', text, action })}`,
  };
}
