import { optionalTiers } from '../github/needed-permissions.ts';
import type { Manifest } from '../github/manifest.ts';
import type { Assets } from './assets.ts';
import { html, safeUrl, type Html } from './html.ts';
import { icon } from './icons.ts';
import { layout } from './layout.ts';
import type { ReadChoices } from './setup-choices.ts';

/** What the page that registers the App shows. */
export interface RegisterPage {
  token: string;
  read: ReadChoices;
  manifest: Manifest;
  /** Where the manifest goes. */
  address: string;
  /** Where the credentials will be kept. */
  file: string;
}

function page(assets: Assets, title: string, body: Html): string {
  const content = html`<main class="login setup">
    <img src="${assets.icon.path}" width="56" height="56" alt="" />
    ${body}
  </main>`;
  return layout(assets, { title: `${title} · RepoWatch`, body: content, className: 'page-login' });
}

function choicesForm({ token, read: { choices } }: RegisterPage): Html {
  const tiers = optionalTiers.map(
    (tier) =>
      html`<label class="choice">
        <input type="checkbox" name="tier" value="${tier.name}" ${choices.tiers.includes(tier.name) && html`checked`} />
        <span>${tier.purpose}${tier.organization === true && html` <span class="muted">(organisation owners only)</span>`}</span>
      </label>`,
  );
  return html`<form class="box" method="get" action="/setup">
    <input type="hidden" name="token" value="${token}" />
    <input type="hidden" name="tier" value="" />
    <label for="public_url">Address of this server on the internet</label>
    <input id="public_url" name="public_url" type="url" value="${choices.publicUrl ?? ''}" placeholder="https://repowatch.example.com" />
    <label for="name">Name of the App</label>
    <input id="name" name="name" value="${choices.name ?? ''}" placeholder="RepoWatch" maxlength="34" />
    <label for="organization">Organisation that owns it <span class="muted">(empty: your own account)</span></label>
    <input id="organization" name="organization" value="${choices.organization ?? ''}" placeholder="acme" maxlength="100" />
    <fieldset>
      <legend>Beside branches and tags</legend>
      ${tiers}
    </fieldset>
    <button class="btn" type="submit">Take over these choices</button>
  </form>`;
}

function summary({ manifest, read: { choices } }: RegisterPage): Html {
  const permissions = Object.entries(manifest.default_permissions).map(([name, access]) => html`<code>${name}: ${access}</code> `);
  const events = manifest.default_events.map((event) => html`<code>${event}</code> `);
  const hook = manifest['hook_attributes'] as { url: string };
  return html`<dl class="asked">
    <dt>For</dt>
    <dd>${choices.organization === undefined ? 'your own account' : html`the organisation <strong>${choices.organization}</strong>`}</dd>
    <dt>Permissions</dt>
    <dd>${permissions}</dd>
    <dt>Events</dt>
    <dd>${events}</dd>
    <dt>Webhook</dt>
    <dd>${choices.publicUrl === undefined ? 'none that is reached: read from GitHub’s record' : html`<code>${hook.url}</code>`}</dd>
  </dl>`;
}

function hintOf(publicUrl: string | undefined): string | undefined {
  if (publicUrl === undefined)
    return 'Without an address that GitHub can reach, nothing is delivered: RepoWatch reads what happened from GitHub’s own record every few seconds (INTAKE=poll).';
  const { hostname } = new URL(publicUrl);
  const isLocal = /^(?:localhost|127\.|\[::1\]|0\.0\.0\.0)/.test(hostname);
  return isLocal ? `${hostname} is this machine alone: github.com refuses such an address for a webhook.` : undefined;
}

/** The page that sends the manifest to GitHub. */
export function registerPage(assets: Assets, facts: RegisterPage): string {
  const { problems, choices } = facts.read;
  const hint = hintOf(choices.publicUrl);
  const send = html`<form class="box" method="post" action="${facts.address}">
    ${summary(facts)}
    <input type="hidden" name="manifest" value="${JSON.stringify(facts.manifest)}" />
    <button class="btn btn-primary" type="submit">Register on ${new URL(facts.address).host}</button>
  </form>`;
  const body = html`<h1>Register RepoWatch</h1>
    <p class="muted">
      GitHub makes an App of your own from this, and sends its credentials back here. They are kept in <code>${facts.file}</code>, which
      only this server's user can read.
    </p>
    ${problems.map((problem) => html`<p class="flash flash-danger" role="alert">${icon('alert')} ${problem}</p>`)}
    ${problems.length === 0 && hint !== undefined && html`<p class="flash flash-attention">${icon('info')} ${hint}</p>`}
    ${problems.length === 0 && send} ${choicesForm(facts)}`;
  return page(assets, 'Register', body);
}

/** The page after the registration; `next` are the sentences that say how it goes on. */
export function registeredPage(assets: Assets, facts: { name: string; file: string; installUrl: string; next: string[] }): string {
  const body = html`<h1>${facts.name} is registered</h1>
    <p class="flash flash-success" role="status">${icon('check-circle-fill')} The credentials are in <code>${facts.file}</code>.</p>
    <p><a class="btn btn-primary" href="${safeUrl(facts.installUrl)}">Install it on your repositories</a></p>
    <ul class="next">
      ${facts.next.map((sentence) => html`<li class="muted">${sentence}</li>`)}
    </ul>`;
  return page(assets, 'Registered', body);
}

/** A page with a heading and sentences; for everything else that the setup has to say. */
export function setupNote(
  assets: Assets,
  note: { title: string; sentences: readonly (string | Html)[]; tone?: 'danger' | 'plain' },
): string {
  const body = html`<h1>${note.title}</h1>
    ${note.sentences.map((sentence, index) =>
      note.tone === 'danger' && index === 0
        ? html`<p class="flash flash-danger" role="alert">${icon('alert')} ${sentence}</p>`
        : html`<p class="muted">${sentence}</p>`,
    )}`;
  return page(assets, note.title, body);
}
