import type { FastifyInstance } from 'fastify';
import type { Db } from '../db/connect.ts';
import { found } from '../http/problem.ts';
import { findConfigValidation } from '../http/read/config-validations.ts';
import type { ConfigValidationDetail } from '../http/schemas/config-validation.ts';
import type { Assets } from './assets.ts';
import type { Door } from './door.ts';
import { html, type Html } from './html.ts';
import { icon } from './icons.ts';
import { layout } from './layout.ts';

const looks = {
  success: { icon: 'check-circle-fill', tone: 'success' },
  failure: { icon: 'x-circle-fill', tone: 'danger' },
  neutral: { icon: 'alert', tone: 'muted' },
};

const path = '.github/repowatch.yml';
const effects = { added: 'is new', changed: 'is changed', removed: 'is gone', same: 'is as before' };

function problemView({ line, column, severity, message, hint }: ConfigValidationDetail['problems'][number]): Html {
  const look = severity === 'error' ? looks.failure : { icon: 'alert', tone: 'attention' };
  return html`<li>
    <span class="tone-${look.tone}">${icon(look.icon, severity)}</span>
    <div>
      <strong>${path}:${line}:${column}</strong>
      <p>${message}</p>
      ${hint !== '' && !message.includes(hint) && html`<p class="muted">${hint}</p>`}
    </div>
  </li>`;
}

function watchView({
  id,
  name,
  change,
  line,
  mode,
  runs,
  examples,
}: NonNullable<ConfigValidationDetail['preview']>['watches'][number]): Html {
  const tone = { added: 'success', changed: 'attention', removed: 'danger', same: 'muted' }[change];
  const would =
    mode === 'off'
      ? 'It is off.'
      : `It would have run ${runs === 1 ? 'once' : `${runs} times`}${mode === 'dry-run' ? ', only for show' : ''}.`;
  return html`<li>
    <span class="tone-${tone}">${icon('git-commit', effects[change])}</span>
    <div>
      <strong>${id} ${effects[change]}${line !== null && html` (line ${line})`}</strong>
      ${name !== null && name !== id && html`<p class="muted">${name}</p>`}
      ${change !== 'removed' && html`<p>${would}${examples.length > 0 && html` Last on change ${examples.join(', ')}.`}</p>`}
    </div>
  </li>`;
}

function standing({ status, reason, title }: ConfigValidationDetail): string {
  if (status === 'waiting') return 'It waits to be validated';
  if (status === 'done') return title ?? 'It was validated';
  return status === 'unchanged' ? 'This commit leaves the configuration as it is' : (reason ?? 'It was not validated');
}

/** What was said of the configuration at one commit, with everything that was found. */
function validationPage(assets: Assets, validation: ConfigValidationDetail): string {
  const {
    conclusion,
    repository,
    sha,
    ref,
    pull_request: pull,
    from_fork: fork,
    preview,
    problems,
    validated_at: at,
    channel,
    reason,
  } = validation;
  const look = looks[conclusion ?? 'neutral'];
  const title = standing(validation);
  const where = `${repository} at ${sha.slice(0, 12)}${ref === null ? '' : `, branch ${ref}`}${pull === null ? '' : `, pull request ${pull}`}${fork ? ', from a fork' : ''}`;
  const body = html`<header class="top">
      <a class="brand" href="/"><img src="${assets.icon.path}" width="24" height="24" alt="" /> RepoWatch</a>
    </header>
    <main class="doctor">
      <h1><span class="tone-${look.tone}">${icon(look.icon)}</span> ${title}</h1>
      <p class="muted">${where}${at !== null && `. Validated ${at.slice(0, 19).replace('T', ' ')} UTC`}.</p>
      ${fork && html`<p>Only what the file says was checked: a fork's version has no effect and sees no secret.</p>`}
      ${channel === 'none' && html`<p>It was told nowhere on GitHub: ${reason}.</p>`}
      ${
        problems.length > 0 &&
        html`<h2>Problems</h2>
          <ol class="todo">
            ${problems.map(problemView)}
          </ol>`
      }
      ${
        preview !== null &&
        html`<h2>What would change</h2>
          <p>Tried on the last ${preview.changes} changes of this repository. Nothing was sent.</p>
          <ol class="todo">
            ${preview.watches.map(watchView)}
          </ol>`
      }
    </main>`;
  return layout(assets, { title: `${title} · RepoWatch`, body });
}

/** Adds the page that check runs and statuses lead to, for those who have signed in. */
export function addValidationPage(app: FastifyInstance, { assets, door, db }: { assets: Assets; door: Door; db: Db }): void {
  app.get<{ Params: { id: string } }>(
    '/validations/:id',
    { schema: { hide: true }, config: { access: 'page' } },
    async (request, reply) => {
      if ((await door.find(request)) === undefined) return reply.redirect('/login', 303);
      const { id } = request.params;
      await door.allow(request, 'read', { thing: 'validation', id: /^\d{1,18}$/.test(id) ? id : '0' });
      const validation = /^\d{1,18}$/.test(id) ? await findConfigValidation(db, id) : undefined;
      return reply.type('text/html; charset=utf-8').send(validationPage(assets, found(validation, `validation ${id.slice(0, 20)}`)));
    },
  );
}
