import { count } from '../../core/count.ts';
import { RepoWatchError } from '../../core/errors.ts';
import type { Repository } from '../../http/schemas/repository.ts';
import type { RepositorySync } from '../../http/schemas/sync.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { installationPath, repositoryPath } from '../kit/paths.ts';
import type { FormDefinition } from '../kit/pages.ts';
import { may, type PageDefinition, type View } from '../kit/view.ts';
import { confirmField, refuseUnconfirmed } from '../parts/confirmation.ts';
import { buttonForm, form } from '../parts/form.ts';
import { pageHead } from '../parts/page-head.ts';

/** The path of a repository on the REST side. */
const apiPath = ({ params }: View, part = '') =>
  `/api/repos/${encodeURIComponent(params['owner'] ?? '')}/${encodeURIComponent(params['name'] ?? '')}${part}`;

async function readWhatEnds(view: View, name: string) {
  const one = async (path: string, query: Record<string, string>) =>
    (await view.api.find<ListAnswer<unknown>>(withQuery(path, { repository: name, limit: 1, total: '1', ...query })))?.meta;
  const [sync, runs, triggers] = await Promise.all([
    view.api.get<RepositorySync>(apiPath(view, '/sync')),
    one('/api/runs', { status: 'queued,running,waiting' }),
    one('/api/triggers', {}),
  ]);
  return { watches: sync.counts.watches, runs: runs?.total ?? 0, triggers: triggers?.total ?? 0 };
}

function warnings(name: string, { watches, runs, triggers }: Awaited<ReturnType<typeof readWhatEnds>>): Html {
  const line = (sign: string, tone: string, text: Html) =>
    html`<li><span class="tone-${tone} status-icon">${icon(sign)}</span><span>${text}</span></li>`;
  return html`<ul class="what-ends">
    ${line('x', 'danger', html`<strong>${count(watches, 'watch stops', 'watches stop')}.</strong> What GitHub tells of <bdi>${name}</bdi> is kept and ignored, and schedules rest.`)}
    ${line('x', 'danger', html`<strong>It is compared with GitHub no more.</strong> Nothing that happens there shows up here.`)}
    ${triggers > 0 && line('x', 'danger', html`<strong>${count(triggers, 'trigger is', 'triggers are')} deaf.</strong> What comes that way is kept and ignored.`)}
    ${line(
      'dash',
      'attention',
      runs === 0
        ? html`<strong>No run is waiting.</strong> One that begins before you press the button goes on to its end.`
        : html`<strong>${count(runs, 'run is', 'runs are')} waiting or under way</strong> and
            ${runs === 1 ? 'goes on to its end' : 'go on to their end'}; steps that act on GitHub are refused.
            <a href="${withQuery('/runs', { repository: name, status: 'queued,running,waiting' })}">Cancel them first</a> if they should
            not.`,
    )}
    ${line('check', 'success', html`<strong>Secrets stay</strong>, encrypted, until somebody deletes them.`)}
    ${line('check', 'success', html`<strong>History stays</strong>: runs, changes and deliveries can be looked at as before.`)}
    ${line('check', 'success', html`<strong>Nothing changes on GitHub.</strong> To take it out of the installation, choose its repositories there.`)}
  </ul>`;
}

/** The page that asks before a repository is disconnected: what ends, what stays, and its name to be typed. */
export const disconnectPage: PageDefinition = {
  path: '/repos/:owner/:name/disconnect',
  place: 'installations',
  async render(view) {
    const repository = await view.api.get<Repository>(apiPath(view));
    const { id, full_name: name, enabled, installation_id: installation } = repository;
    if (!may(view, 'write', { installation, repository: id }))
      throw new RepoWatchError('forbidden', `Only whoever maintains ${name} on GitHub, or owns its account, can disconnect it.`);
    const crumbs = [
      { title: repository.owner.login, path: installationPath(installation, 'repositories') },
      { title: name, path: repositoryPath(name) },
    ];
    const head = pageHead({ title: enabled ? 'Disconnect the repository' : 'It is disconnected', crumbs });
    if (!enabled) {
      const again = buttonForm(repositoryPath(name, 'connect'), { text: 'Connect it again', icon: 'plug' });
      const body = html`${head}
        <p>
          <bdi>${name}</bdi> is disconnected: what GitHub tells of it is kept and ignored. Connected again, everything is compared, and what
          happened meanwhile is found.
        </p>
        <div class="after-sync">${again}</div>`;
      return { title: `${name} is disconnected`, body };
    }
    const path = repositoryPath(name, 'disconnect');
    const body = html`${head}
      <div class="callout-danger">
        <h2>This is what happens to <bdi>${name}</bdi></h2>
        ${warnings(name, await readWhatEnds(view, name))}
        ${form({
          view: { ...view, refused: view.refused && { ...view.refused, path } },
          path,
          danger: true,
          submit: 'Disconnect this repository',
          beside: html`<a class="btn" href="${repositoryPath(name)}">Keep it connected</a>`,
          fields: confirmField({
            view: { ...view, refused: view.refused && { ...view.refused, path } },
            path,
            word: name,
            what: 'disconnect it',
          }),
        })}
      </div>
      <p class="muted">It can be connected again at any time: everything is compared then, and what happened meanwhile is found.</p>`;
    return { title: `Disconnect ${name}`, body };
  },
};

const nameOf = ({ params }: View) => `${params['owner'] ?? ''}/${params['name'] ?? ''}`;

/** Disconnects a repository, once its name was typed. */
export const disconnectForm: FormDefinition = {
  path: '/repos/:owner/:name/disconnect',
  page: disconnectPage,
  submit: async (view, values) => {
    const { full_name: name } = await view.api.get<Repository>(apiPath(view));
    return refuseUnconfirmed(values, name) ?? (await view.api.send({ method: 'PATCH', path: apiPath(view), body: { enabled: false } }));
  },
  done: (_view, { value }) => ({ to: installationPath((value as Repository).installation_id, 'repositories'), notice: 'disconnected' }),
};

/** Connects a repository again: everything is compared. */
export const connectForm: FormDefinition = {
  path: '/repos/:owner/:name/connect',
  page: disconnectPage,
  submit: async (view) => await view.api.send({ method: 'PATCH', path: apiPath(view), body: { enabled: true } }),
  done: (view) => ({ to: repositoryPath(nameOf(view), 'sync'), notice: 'connected' }),
};
