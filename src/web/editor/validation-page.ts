import type { ConfigValidationDetail } from '../../http/schemas/config-validation.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { changePath, onGitHub, repositoryPath } from '../kit/paths.ts';
import type { PageContent, PageDefinition } from '../kit/view.ts';
import { codeView } from '../parts/code-view.ts';
import { facts } from '../parts/facts.ts';
import { pageHead, section } from '../parts/page-head.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { filePath, problemsView } from './editor-view.ts';

const looks = {
  success: { icon: 'check-circle-fill', tone: 'success' },
  failure: { icon: 'x-circle-fill', tone: 'danger' },
  neutral: { icon: 'circle-slash', tone: 'muted' },
};

const effects = { added: 'New', changed: 'Changed', removed: 'Gone', same: 'As before' };
const tones = { added: 'success', changed: 'attention', removed: 'danger', same: 'muted' };

type Watch = NonNullable<ConfigValidationDetail['preview']>['watches'][number];

function would({ mode, runs }: Watch): string {
  if (mode === 'off') return 'It is off.';
  return `Would have run ${runs === 1 ? 'once' : `${runs} times`}${mode === 'dry-run' ? ', only for show' : ''}.`;
}

function watchView(watch: Watch): Html {
  const { id, name, change, line, examples } = watch;
  return html`<li>
    <span class="label label-${tones[change]}">${effects[change]}</span>
    <div>
      <strong><bdi>${id}</bdi></strong>
      ${name !== null && name !== id && html` <span class="muted"><bdi>${name}</bdi></span>`}${line !== null && html` <span class="muted">line ${line}</span>`}
      ${
        change !== 'removed' &&
        html`<p>
          ${would(watch)}${examples.length > 0 && html` Last here: ${examples.map((id, index) => html`${index > 0 && ', '}<a href="${changePath(id)}">change ${id}</a>`)}.`}
        </p>`
      }
    </div>
  </li>`;
}

function standing({ status, reason, title }: ConfigValidationDetail): string {
  if (status === 'waiting') return 'It waits to be validated';
  if (status === 'done') return title ?? 'It was validated';
  return status === 'unchanged' ? 'This commit leaves the configuration as it is' : (reason ?? 'It was not validated');
}

/** Many problems lie far apart: what is between them is not needed. */
function fileView(content: string, { problems }: ConfigValidationDetail): Html {
  const notes = problems.map(({ line, column, severity, message, hint }) => ({ line, column, severity, text: message, hint }));
  return section(filePath, codeView(content, notes), { id: 'file' });
}

/** The page of one validation. */
function validationContent(validation: ConfigValidationDetail): PageContent {
  const { conclusion, repository, sha, ref, pull_request: pull, from_fork: fork, preview, problems, channel, reason, content } = validation;
  const look = looks[conclusion ?? 'neutral'];
  const title = standing(validation);
  const commit = onGitHub(validation.html_url, `commit/${sha}`);
  const request = pull === null ? null : onGitHub(validation.html_url, `pull/${pull}`);
  const link = (href: string | null, text: string) =>
    href === null ? text : html`<a href="${href}" rel="noopener noreferrer">${text}</a>`;
  const crumbs = [
    { title: 'Repositories', path: '/repositories' },
    { title: repository, path: repositoryPath(repository) },
    { title: 'Config', path: repositoryPath(repository, 'config') },
  ];
  const intro = html`<span class="tone-${look.tone}">${icon(look.icon)}</span> ${filePath} of one commit, as it would count on the default
    branch.`;
  return {
    title,
    body: html`${pageHead({ title, crumbs, intro, actions: html`<a class="btn" href="${repositoryPath(repository, 'config/edit')}">${icon('pencil')}<span>Edit the file</span></a>` })}
    ${facts([
      ['Commit', link(commit, sha.slice(0, 12))],
      ref !== null && ['Branch', html`<bdi>${ref}</bdi>`],
      pull !== null && ['Pull request', html`${link(request, `#${pull}`)}${fork && ' of a fork'}`],
      ['Validated', timeAgo(validation.validated_at, 'not yet')],
      [
        'Told on GitHub',
        channel === 'none'
          ? `Nowhere: ${reason ?? ''}`
          : channel === 'check'
            ? 'As a check run'
            : channel === 'status'
              ? 'As a status'
              : 'Not yet',
      ],
    ])}
    ${fork && html`<p class="flash">${icon('info')} Only what the file says was checked: a fork’s version has no effect and sees no secret.</p>`}
    ${problems.length > 0 && section('Problems', problemsView({ problems: validation.problems as never, status: conclusion === 'failure' ? 'invalid' : 'ok' }))}
    ${content !== null && problems.length > 0 && fileView(content, validation)}
    ${
      preview !== null &&
      section(
        'What would change',
        html`<ol class="editor-effects">
          ${preview.watches.map(watchView)}
        </ol>`,
        {
          intro: `Tried on the last ${preview.changes} changes of this repository. Nothing was sent.`,
        },
      )
    }`,
  };
}

/** What was said of the configuration at one commit: the page that check runs and statuses lead to. */
export const validationPage: PageDefinition = {
  path: '/validations/:id',
  place: 'repositories',
  async render({ api, params }) {
    const validation = await api.get<ConfigValidationDetail>(`/api/config/validations/${encodeURIComponent(params['id'] ?? '')}`);
    return validationContent(validation);
  },
};
