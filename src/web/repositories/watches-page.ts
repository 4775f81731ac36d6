import type { z } from 'zod';
import type { Repository, WatchItem } from '../../http/schemas/repository.ts';
import type { why as whySchema, WhyItem } from '../../http/schemas/why.ts';
import { html, safeUrl, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import { changePath, onGitHub, repositoryPath, runPath, watchPath } from '../kit/paths.ts';
import { pageUrl, type PageDefinition, type View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { withCode } from '../parts/code-view.ts';
import { dialog, dialogButton } from '../parts/dialog.ts';
import { buttonForm, refusalOf } from '../parts/form.ts';
import { section } from '../parts/page-head.ts';
import { pager } from '../parts/pager.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { statusIcon, statusLabel } from '../status-view.ts';
import { apiOf, mayChange, pageOfRepository, readRepository, repositoryHead } from './repository-head.ts';
import { runForm } from './run-watch-form.ts';

type Why = z.output<typeof whySchema>;

/** The path of something that is done with a watch. */
function watchDeed(view: View, key: string, deed: string): string {
  return pageOfRepository(view, `watches/${encodeURIComponent(key)}/${deed}`);
}

/** A watch of the API that is no hook's: only those are switched and removed one by one. */
function isOwn({ managed_by: manager, key }: WatchItem): boolean {
  return manager === 'api' && /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) && !key.startsWith('hook-');
}

function originView(repository: Repository, { origin, path, line, repository: of, managed_by: manager }: WatchItem): Html {
  if (manager === 'api' || manager === 'project')
    return html`<span class="muted">made by ${manager === 'api' ? 'the API' : 'a project'}</span>`;
  if (of === repository.full_name)
    return html`<a class="origin" href="${repositoryPath(repository.full_name, 'config')}#L${line}"><code>${origin}</code></a>`;
  const server = repository.html_url === null ? null : URL.parse(repository.html_url)?.origin;
  const url = of === null || !server ? null : safeUrl(onGitHub(`${server}/${of}`, `blob/HEAD/${path}#L${line}`));
  return url === null ? html`<code>${origin}</code>` : html`<a class="origin" href="${url}" rel="noreferrer"><code>${origin}</code></a>`;
}

function lastRun({ last_run: run }: WatchItem): Html {
  if (run === null) return html`<span class="muted">has not run yet</span>`;
  return html`<a class="with-icon" href="${runPath(run.id)}"
    >${statusIcon(run.status)}<span>${run.status} ${timeAgo(run.created_at)}</span></a
  >`;
}

function buttons(view: View, repository: Repository, watch: WatchItem): Html {
  const { key, mode, inputs } = watch;
  const mayWrite = mayChange(view, repository);
  return html`<div class="watch-buttons">
    ${mayWrite && inputs !== null && mode !== 'off' && dialogButton(`run-${key}`, { text: 'Run now', icon: 'play', kind: 'small' })}
    <a class="btn btn-sm" href="${pageUrl(view, { why: key })}#why">${icon('question')}<span>Why not?</span></a>
    <a class="btn btn-sm" href="${watchPath(repository.full_name, key)}">${icon('pencil')}<span>${mayWrite ? 'Edit' : 'Look'}</span></a>
    ${mayWrite && isOwn(watch) && buttonForm(watchDeed(view, key, 'switch'), { text: mode === 'off' ? 'Switch on' : 'Switch off', icon: mode === 'off' ? 'play' : 'stop', fields: { enabled: mode === 'off' ? 'on' : 'off' } })}
  </div>`;
}

function watchCard(view: View, repository: Repository, watch: WatchItem): Html {
  const { key, name, mode, triggers, steps, layer, switched_off_at: off, mandatory } = watch;
  return html`<li class="card watch-card" data-row id="watch-${key}">
    <div class="watch-head">
      <h2>
        ${statusIcon(mode)} <a data-main href="${watchPath(repository.full_name, key)}"><bdi>${name}</bdi></a>
      </h2>
      ${name !== key && html`<code>${key}</code>`} ${mode !== 'on' && statusLabel(mode)}
      ${layer !== 'file' && html`<span class="label">${layer}</span>`}
      ${mandatory && html`<span class="label label-accent">mandatory</span>`}
    </div>
    <p class="watch-way">
      <span class="muted">on</span> ${triggers.map((trigger) => html`<span class="chip">${trigger}</span>`)} ${icon('arrow-right', 'then')}
      ${steps.map((step) => html`<span class="chip">${step}</span>`)}
    </p>
    <p class="watch-facts muted">
      ${originView(repository, watch)} ${off !== null && html`<span>switched off at <code>${off}</code></span>`}
      <span>Last: ${lastRun(watch)}</span>
    </p>
    ${buttons(view, repository, watch)}
  </li>`;
}

const verdicts: Record<WhyItem['verdict'], string> = {
  matched: 'matched',
  refused: 'did not match',
  not_asked: 'was not asked',
  forgotten: 'not kept any more',
};

function whyRow({ change, verdict, reason, clause, origin, runs }: WhyItem): Html {
  return html`<li class="row" data-row id="why-${change.id}">
    ${statusIcon(verdict)}
    <div class="row-body">
      <p>
        <a class="row-link" data-main href="${changePath(change.id)}"><bdi>${change.sentence}</bdi></a>
        <span class="muted">${timeAgo(change.happened_at)}</span>
      </p>
      <p class="row-facts">
        <span><strong>${verdicts[verdict]}</strong>${reason !== null && html`: <bdi>${withCode(reason)}</bdi>`}</span>
        ${clause !== null && html`<code>${clause}</code>`} ${origin !== null && html`<code class="place">${origin}</code>`}
        ${runs.map(({ id, status }) => html`<a class="chip chip-link" href="${runPath(id)}">${statusIcon(status)}Run ${id}</a>`)}
      </p>
    </div>
  </li>`;
}

function whyView(view: View, why: Why): Html {
  const { watch, obstacles, data, meta } = why;
  const now =
    obstacles.length === 0
      ? html`<p class="with-icon">
          ${statusIcon('ok')}<span>Nothing keeps it from running now: it waits for a change that it asks for.</span>
        </p>`
      : html`<ul class="problems">
          ${obstacles.map(
            ({ code, message }) =>
              html`<li class="with-icon">
                <span class="tone-attention">${icon('alert')}</span><span>${withCode(message)} <code>${code}</code></span>
              </li>`,
          )}
        </ul>`;
  const list =
    data.length === 0
      ? html`<p class="muted">Nothing happened in this repository yet.</p>`
      : html`<ol class="rows">
          ${data.map(whyRow)}
        </ol>`;
  return section(html`Why did <bdi>${watch.name}</bdi> not run?`, html`${now} ${list} ${pager(view, meta)}`, {
    id: 'why',
    actions: html`<a class="btn btn-sm" href="${pageUrl(view, { why: undefined })}">${icon('x')}<span>Close</span></a>`,
  });
}

function emptyWatches(repository: Repository): Html {
  return blank({
    icon: 'eye',
    title: 'Nothing watches this repository yet',
    text: 'A watch says: when this happens here, do that. “When main is pushed, call the deployer” is four lines.',
    action: html`<a class="btn btn-primary" href="${repositoryPath(repository.full_name, 'watches/new')}"
      >${icon('plus')}<span>Write a watch</span></a
    >`,
  });
}

/** The watches of a repository: where each is written, how it went last, and why it did not run. */
export const watchesPage: PageDefinition = {
  path: '/repos/:owner/:name/watches',
  place: 'repositories',
  async render(view) {
    const { why: wanted, cursor } = view.query;
    const [repository, { data: watches }, why] = await Promise.all([
      readRepository(view),
      view.api.get<ListAnswer<WatchItem>>(apiOf(view, '/watches')),
      wanted === undefined
        ? undefined
        : view.api.find<Why>(withQuery(apiOf(view, '/why'), { watch: wanted.slice(0, 200), cursor, limit: 20 })),
    ]);
    const live = {
      watches:
        watches.length === 0
          ? emptyWatches(repository)
          : html`<ul class="watch-cards">
              ${watches.map((watch) => watchCard(view, repository, watch))}
            </ul>`,
    };
    const mayWrite = mayChange(view, repository);
    const dialogs = watches.flatMap((watch) => {
      if (!mayWrite || watch.inputs === null) return [];
      const path = watchDeed(view, watch.key, 'run');
      return [
        dialog({
          id: `run-${watch.key}`,
          title: `Run ${watch.name.slice(0, 100)}`,
          body: runForm(view, { path, watch, repository }),
          open: refusalOf(view, path) !== undefined,
        }),
      ];
    });
    const add =
      mayWrite &&
      html`<a class="btn btn-primary" href="${repositoryPath(repository.full_name, 'watches/new')}"
        >${icon('plus')}<span>New watch</span></a
      >`;
    const body = html`${repositoryHead(repository, { part: 'watches', actions: add })} ${why !== undefined && whyView(view, why)}
    ${livePart('watches', live.watches)} ${dialogs}`;
    return { title: `Watches · ${repository.full_name}`, body, live };
  },
};
