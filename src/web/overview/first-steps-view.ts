import type { FirstSteps } from '../../http/schemas/first-look.ts';
import { html, type Html, type HtmlValue } from '../html.ts';
import { icon } from '../icons.ts';
import { changePath, repositoryPath } from '../kit/paths.ts';
import type { Site } from '../kit/site.ts';
import type { View } from '../kit/view.ts';
import { beginPath } from '../installations/install-view.ts';
import { buttonForm } from '../parts/form.ts';
import { timeAgo } from '../parts/relative-time.ts';

interface Step {
  id: string;
  done: boolean;
  title: string;
  body: HtmlValue;
}

/** Where GitHub has to deliver: the address that people use, when it is set. */
function webhookUrl({ request }: View, { publicUrl }: Site): string {
  const base = publicUrl ?? `${request.protocol}://${request.host}`;
  return `${base.replace(/\/+$/, '')}/api/github/webhooks`;
}

function registered({ app }: FirstSteps): Step {
  const name =
    app !== null &&
    (app.html_url === null ? html`<strong>${app.name}</strong>` : html`<a href="${app.html_url}" rel="noreferrer">${app.name}</a>`);
  return {
    id: 'app',
    done: app !== null,
    title: 'Register the GitHub App',
    body:
      app === null
        ? html`<p>GitHub has not been asked about the App yet. If this stays so, <a href="/doctor">the doctor</a> says why.</p>`
        : html`<p>It is registered as ${name}.</p>`,
  };
}

function reached({ first_delivery_at: at }: FirstSteps, address: string): Step {
  const body =
    at === null
      ? html`<p>
            In the App’s settings on GitHub, its webhook has this address, and as its secret the setting <code>WEBHOOK_SECRET</code> of this
            server:
          </p>
          <p class="copy-line">
            <code id="webhook-url">${address}</code>
            <button class="btn btn-sm" type="button" data-copy="webhook-url">${icon('copy')}<span>Copy</span></button>
          </p>
          <p>
            GitHub sends a <code>ping</code> at once. Where GitHub cannot reach this server, <code>INTAKE=poll</code> fetches what it
            recorded.
          </p>`
      : html`<p>The first delivery came ${timeAgo(at)}.</p>`;
  return { id: 'webhook', done: at !== null, title: 'Let GitHub reach this server', body };
}

function installed({ installations, repositories }: FirstSteps): Step {
  const button = buttonForm(beginPath, {
    text: installations === 0 ? 'Install on GitHub' : 'Install on another account',
    icon: 'plug',
    fields: { back: '/first-steps' },
  });
  const count = repositories >= 1_000 ? '1,000 and more' : String(repositories);
  const body =
    repositories === 0
      ? html`<p>
            Choose an account there, and all of its repositories or some.
            ${installations > 0 && 'It is installed, and no repository has been found yet.'}
          </p>
          <p>${button}</p>`
      : html`<p>
          It is installed on <a href="/installations">${installations} ${installations === 1 ? 'account' : 'accounts'}</a> with
          <a href="/repositories">${count} ${repositories === 1 ? 'repository' : 'repositories'}</a>. ${button}
        </p>`;
  return { id: 'install', done: repositories > 0, title: 'Install it on your repositories', body };
}

function written({ configured }: FirstSteps): Step {
  const links = configured.map(
    (name, index) => html`${index > 0 && ', '}<a href="${repositoryPath(name, 'config')}"><bdi>${name}</bdi></a>`,
  );
  return {
    id: 'file',
    done: configured.length > 0,
    title: 'Write .github/repowatch.yml',
    body:
      configured.length > 0
        ? html`<p>In force in ${links}${configured.length >= 10 && ' and more'}.</p>`
        : html`<p>It says what is watched and what happens then. <a href="/first-steps#starter">A file to start with</a></p>`,
  };
}

function pushed({ first_push: push }: FirstSteps): Step {
  return {
    id: 'push',
    done: push !== null,
    title: 'Push something',
    body:
      push === null
        ? html`<p>What came of it shows up here by itself, within a second.</p>`
        : html`<p>
            <a href="${changePath(push.change_id)}">See what came of the push</a> to <bdi>${push.repository}</bdi> ${timeAgo(push.at)}.
          </p>`,
  };
}

/** The steps from an empty server to the first push, each ticked as soon as it is done. */
export function firstStepsView(view: View, { site, steps, level }: { site: Site; steps: FirstSteps; level: 2 | 3 }): Html {
  const heading = (title: string) => (level === 2 ? html`<h2>${title}</h2>` : html`<h3>${title}</h3>`);
  const list = [registered(steps), reached(steps, webhookUrl(view, site)), installed(steps), written(steps), pushed(steps)];
  const done = list.filter((step) => step.done).length;
  const next = list.find((step) => !step.done);
  return html`<p class="steps-count">
      <progress max="${list.length}" value="${done}" aria-label="Steps done"></progress>
      <span>${done === list.length ? 'Everything is set up.' : `${done} of ${list.length} done`}</span>
    </p>
    <ol class="checklist">
      ${list.map(
        (step) =>
          html`<li id="step-${step.id}" class="${step.done && 'done'} ${step === next && 'is-next'}">
            <span class="${step.done ? 'tone-success' : step === next ? 'tone-accent' : 'tone-muted'}"
              >${icon(step.done ? 'check-circle-fill' : 'circle', step.done ? 'done' : 'to do')}</span
            >
            <div>${heading(step.title)} ${step.body}</div>
          </li>`,
      )}
    </ol>`;
}
