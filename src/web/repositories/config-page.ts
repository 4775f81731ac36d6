import type { ConfigValidation } from '../../http/schemas/config-validation.ts';
import type { Repository, RepositoryConfig } from '../../http/schemas/repository.ts';
import { html, safeUrl, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import { onGitHub, repositoryPath, watchPath } from '../kit/paths.ts';
import type { PageDefinition } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { codeView, type LineNote } from '../parts/code-view.ts';
import { dataTable } from '../parts/data-table.ts';
import { buttonForm } from '../parts/form.ts';
import { section } from '../parts/page-head.ts';
import { pager } from '../parts/pager.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { statusIcon, statusLabel } from '../status-view.ts';
import { shortSha } from './change-words.ts';
import { apiOf, mayChange, pageOfRepository, readRepository, repositoryHead } from './repository-head.ts';

const file = '.github/repowatch.yml';

type Problem = RepositoryConfig['problems'][number];

function severityOf(problem: Problem, status: RepositoryConfig['status']): LineNote['severity'] {
  return problem['severity'] === 'warning' || (problem['severity'] === undefined && status === 'ok') ? 'warning' : 'error';
}

function toNotes({ problems, status }: RepositoryConfig): LineNote[] {
  return problems.flatMap((problem) => {
    const { line, column = null, message, hint } = problem;
    if (line === null || line === undefined) return [];
    return [{ line, column, severity: severityOf(problem, status), text: message, hint: typeof hint === 'string' ? hint : null }];
  });
}

const sentences: Record<RepositoryConfig['status'], { tone: string; text: string }> = {
  ok: { tone: 'success', text: 'The file is valid and in force.' },
  invalid: { tone: 'danger', text: 'The file has errors and does not count.' },
  absent: { tone: 'muted', text: `There is no ${file} on the default branch. Watches of other layers still count.` },
  load_error: { tone: 'attention', text: 'The file could not be read from GitHub. What was in force before stays.' },
  unknown: { tone: 'muted', text: 'The file was not read yet.' },
};

function stateView(config: RepositoryConfig): Html {
  const { tone, text } = sentences[config.status];
  const before =
    config.in_force === null ? 'No version before it was good, so nothing of it is in force.' : 'What was in force before stays.';
  const loose = config.problems.filter(({ line }) => line === null || line === undefined || config.latest === null);
  return html`<p class="with-icon config-state">
      ${statusIcon(config.status)}<span
        ><strong class="tone-${tone}">${text}</strong> ${config.status === 'invalid' && before}
        <span class="muted">Read ${timeAgo(config.checked_at)}</span></span
      >
    </p>
    ${
      loose.length > 0 &&
      html`<ul class="problems">
        ${loose.map((problem) => html`<li class="with-icon tone-danger">${icon('x-circle-fill')}<span>${problem.message}</span></li>`)}
      </ul>`
    }`;
}

function problemIndex(notes: readonly LineNote[]): Html | false {
  if (notes.length === 0) return false;
  const errors = notes.filter(({ severity }) => severity === 'error').length;
  const count = [
    errors > 0 && `${errors} ${errors === 1 ? 'error' : 'errors'}`,
    notes.length > errors && `${notes.length - errors} ${notes.length - errors === 1 ? 'warning' : 'warnings'}`,
  ]
    .filter(Boolean)
    .join(', ');
  return html`<p class="muted">
    ${count}: ${notes.map(({ line }, index) => html`${index > 0 && ', '}<a href="#L${line}">line ${line}</a>`)}
  </p>`;
}

function fileView(repository: Repository, config: RepositoryConfig): Html {
  const { latest, in_force: inForce } = config;
  const branch = repository.default_branch ?? 'the default branch';
  if (latest === null && inForce === null) return missingFile(repository);
  const notes = toNotes(config);
  const path = latest?.path ?? file;
  const url = safeUrl(onGitHub(repository.html_url, `blob/${encodeURIComponent(repository.default_branch ?? 'HEAD')}/${path}`));
  const isInForce = latest !== null && inForce?.config_sha === latest.config_sha;
  return html`${
    latest !== null &&
    section(html`<code>${path}</code> on <bdi>${branch}</bdi>`, html`${problemIndex(notes)} ${codeView(latest.content, notes)}`, {
      id: 'file',
      actions: html`${isInForce ? html`<span class="label label-success">in force since ${timeAgo(inForce.since)}</span>` : html`<span class="label label-danger">not in force</span>`}
      ${url !== null && html`<a class="btn btn-sm" href="${url}" rel="noreferrer">${icon('mark-github')}<span>Open on GitHub</span></a>`}`,
    })
  }
  ${
    inForce !== null &&
    !isInForce &&
    html`<details class="in-force" id="in-force" ${latest === null && 'open'}>
      <summary>${icon('history')} The last good version, in force since ${timeAgo(inForce.since)}</summary>
      <pre class="plain-file">${inForce.content}</pre>
    </details>`
  }`;
}

function missingFile(repository: Repository): Html {
  return blank({
    icon: 'file-code',
    title: 'No configuration file',
    text: html`Put <code>${file}</code> on the default branch, as you would a workflow. It says which changes are to make what happen. The
      editor writes it with you, tries it on what happened already, and opens the pull request.`,
    action: html`<a class="btn btn-primary" href="${repositoryPath(repository.full_name, 'watches/new')}"
      >${icon('plus')}<span>Write a watch</span></a
    >`,
  });
}

const layerWords: Record<RepositoryConfig['layers'][number]['layer'], string> = {
  server: 'The operator',
  organization: 'The organisation',
  extends: 'The repository it extends',
  file: 'This repository',
  project: 'Projects',
  api: 'The API',
};

function layerContent({ watches }: RepositoryConfig, repository: Repository, layer: string): Html {
  const own = watches.filter((watch) => watch.layer === layer);
  if (own.length === 0) return html`<span class="muted">no watch</span>`;
  return html`<ul class="chips-list">
    ${own.map((watch) => html`<li><a class="chip chip-link" href="${watchPath(repository.full_name, watch.key)}">${statusIcon(watch.mode)}<bdi>${watch.key}</bdi>${watch.switched_off_at !== null && html`<span class="muted">off at <bdi>${watch.switched_off_at}</bdi></span>`}</a></li>`)}
  </ul>`;
}

function layersView(repository: Repository, config: RepositoryConfig): Html {
  const known = new Set<string>(config.layers.map(({ layer }) => layer));
  const others = [...new Set(config.watches.map(({ layer }) => layer))].filter((layer) => !known.has(layer));
  const rows = [
    ...config.layers.map(({ layer, repository: of, path, status }) => ({
      layer,
      place: `${of !== null && of !== repository.full_name ? `${of}:` : ''}${path}`,
      status,
    })),
    ...others.map((layer) => ({ layer, place: '', status: 'ok' as const })),
  ];
  return dataTable<(typeof rows)[number]>({
    caption: 'Layers, the lowest first',
    rows,
    columns: [
      { title: 'Layer', kind: 'main', cell: ({ layer }) => html`<strong>${layerWords[layer]}</strong>` },
      { title: 'File', cell: ({ place }) => place !== '' && html`<code>${place}</code>` },
      { title: 'Status', cell: ({ status }) => statusLabel(status.replaceAll('_', ' ')) },
      { title: 'Brings', kind: 'wide', cell: ({ layer }) => layerContent(config, repository, layer) },
    ],
  });
}

function validationsView(repository: Repository, validations: readonly ConfigValidation[]): Html {
  return dataTable<ConfigValidation>({
    caption: 'Validations, newest first',
    rows: validations,
    columns: [
      {
        title: 'Verdict',
        kind: 'main',
        cell: ({ id, title, status, conclusion }) =>
          html`<span class="with-icon"
            >${statusIcon(conclusion ?? status)}<a data-main href="/validations/${id}"><bdi>${title ?? status}</bdi></a></span
          >`,
      },
      { title: 'Commit', cell: ({ sha }) => shortSha(sha, repository.html_url) },
      {
        title: 'Where',
        kind: 'wide',
        cell: ({ ref, pull_request: pull, from_fork: fork }) =>
          html`<bdi>${ref}</bdi> ${pull !== null && html`#${pull}`} ${fork && html`<span class="label">fork</span>`}`,
      },
      { title: 'Told by', cell: ({ channel }) => (channel === 'none' ? html`<span class="muted">nothing</span>` : channel) },
      { title: 'When', kind: 'number', cell: ({ validated_at: at, created_at: made }) => timeAgo(at ?? made) },
    ],
  });
}

/** The configuration of a repository: how it stands, its errors at their lines, what it is laid over, and what was said of proposals. */
export const configPage: PageDefinition = {
  path: '/repos/:owner/:name/config',
  place: 'repositories',
  async render(view) {
    const [repository, config, validations] = await Promise.all([
      readRepository(view),
      view.api.get<RepositoryConfig>(apiOf(view, '/config')),
      view.api.get<ListAnswer<ConfigValidation>>(
        withQuery(apiOf(view, '/config/validations'), { cursor: view.query['cursor'], limit: 20 }),
      ),
    ]);
    const live = {
      'config-state': stateView(config),
      'config-file': fileView(repository, config),
      'config-layers': layersView(repository, config),
    };
    const recheck =
      mayChange(view, repository) && buttonForm(pageOfRepository(view, 'config/recheck'), { text: 'Read it again', icon: 'sync' });
    const file = livePart('config-file', live['config-file']);
    const layers = section('Layers', livePart('config-layers', live['config-layers']), {
      intro: 'What counts is laid over each other, the lowest first; each says what it brings.',
    });
    const said = section(
      'Validations',
      validations.data.length === 0
        ? html`<p class="muted">A commit that changes the file is checked before it counts; what was said of it stands here.</p>`
        : html`${validationsView(repository, validations.data)} ${pager(view, validations.meta)}`,
    );
    // Errors are what somebody came for; a long file that is good stands below what is made of it.
    const parts = config.status === 'invalid' || config.latest === null ? [file, layers, said] : [layers, said, file];
    const body = html`${repositoryHead(repository, { part: 'config', actions: recheck })} ${livePart('config-state', live['config-state'])}
    ${parts}`;
    return { title: `Config · ${repository.full_name}`, body, live };
  },
};
