import type { Repository } from '../../http/schemas/repository.ts';
import type { RepositorySync } from '../../http/schemas/sync.ts';
import { html } from '../html.ts';
import { livePart } from '../kit/frame.ts';
import { repositoryPath } from '../kit/paths.ts';
import type { FormDefinition } from '../kit/pages.ts';
import { may, type PageDefinition, type View } from '../kit/view.ts';
import { buttonForm } from '../parts/form.ts';
import { pageHead } from '../parts/page-head.ts';
import { syncProgress } from '../parts/sync-progress.ts';

const apiPath = ({ params }: View) => `/api/repos/${encodeURIComponent(params['owner'] ?? '')}/${encodeURIComponent(params['name'] ?? '')}`;

/** The page that shows how a repository is taken over, live, until it is done. */
export const syncPage: PageDefinition = {
  path: '/repos/:owner/:name/sync',
  place: 'repositories',
  async render(view) {
    const [repository, sync] = await Promise.all([
      view.api.get<Repository>(apiPath(view)),
      view.api.get<RepositorySync>(`${apiPath(view)}/sync`),
    ]);
    const { id, full_name: name, installation_id: installation } = repository;
    const live = { sync: syncProgress(sync) };
    const mayAsk = sync.state !== 'paused' && may(view, 'write', { installation, repository: id });
    const body = html`${pageHead({
        title: 'Taken over from GitHub',
        icon: 'sync',
        crumbs: [
          { title: 'Repositories', path: '/repositories' },
          { title: name, path: repositoryPath(name) },
        ],
        intro: 'How far RepoWatch has what GitHub has. It goes on by itself, also when you leave this page.',
        actions:
          mayAsk &&
          buttonForm(repositoryPath(name, 'sync'), { text: sync.state === 'errored' ? 'Try again now' : 'Compare now', icon: 'sync' }),
      })}
      ${livePart('sync', live.sync)}
      <div class="after-sync">
        <a class="btn" href="${repositoryPath(name)}">Open the repository</a>
        <a class="btn btn-plain" href="${repositoryPath(name, 'checks')}">What comparing found</a>
        ${
          repository.enabled
            ? may(view, 'write', { installation, repository: id }) &&
              html`<a class="btn btn-plain" href="${repositoryPath(name, 'disconnect')}">Disconnect it…</a>`
            : buttonForm(repositoryPath(name, 'connect'), { text: 'Connect it again', icon: 'plug' })
        }
      </div>`;
    return { title: `Taking over ${name}`, body, live };
  },
};

/** Compares a repository with GitHub now. */
export const syncForm: FormDefinition = {
  path: '/repos/:owner/:name/sync',
  page: syncPage,
  submit: async (view) => await view.api.send({ method: 'POST', path: `${apiPath(view)}/reconcile` }),
  done: (view) => ({ to: repositoryPath(`${view.params['owner'] ?? ''}/${view.params['name'] ?? ''}`, 'sync'), notice: 'started' }),
};
