import { baseTier, optionalTiers } from '../../github/needed-permissions.ts';
import type { Manifest } from '../../github/manifest.ts';
import type { Assets } from '../assets.ts';
import { html, safeUrl, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { sheet } from '../sheet.ts';
import { journey } from './journey.ts';
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

function tierChoice(tier: (typeof optionalTiers)[number], isChosen: boolean): Html {
  const takes = [...Object.entries(tier.permissions).map(([name, access]) => `${name}: ${access}`), ...tier.events].join(', ');
  return html`<label class="choice">
    <input type="checkbox" name="tier" value="${tier.name}" ${isChosen && html`checked`} />
    <span
      >${tier.purpose}${tier.organization === true && html` <span class="muted">(organisation owners only)</span>`}
      <span class="choice-takes">${takes}</span></span
    >
  </label>`;
}

function choicesForm({ token, read: { choices } }: RegisterPage): Html {
  return html`<form class="sheet-box sheet-form" method="get" action="/setup" data-choices="register" aria-labelledby="choices-title">
    <h2 id="choices-title">Your choices</h2>
    <input type="hidden" name="token" value="${token}" />
    <input type="hidden" name="tier" value="" />
    <label for="public_url">Address of this server on the internet</label>
    <input id="public_url" name="public_url" type="url" value="${choices.publicUrl ?? ''}" placeholder="https://repowatch.example.com" />
    <p class="hint muted">Where GitHub delivers and people look. Empty: RepoWatch reads what happened from GitHub instead.</p>
    <label for="name">Name of the App</label>
    <input id="name" name="name" value="${choices.name ?? ''}" placeholder="RepoWatch" maxlength="34" />
    <label for="organization">Organisation that owns it <span class="muted">(empty: your own account)</span></label>
    <input id="organization" name="organization" value="${choices.organization ?? ''}" placeholder="acme" maxlength="100" />
    <fieldset>
      <legend>Beside branches and tags</legend>
      ${optionalTiers.map((tier) => tierChoice(tier, choices.tiers.includes(tier.name)))}
    </fieldset>
    <button class="btn btn-block" type="submit">Take over these choices</button>
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

function sendForm(facts: RegisterPage, hint: string | undefined): Html {
  const { choices } = facts.read;
  const readsOnly = choices.tiers.length === 0;
  return html`<form class="sheet-box sheet-form" method="post" action="${facts.address}" aria-labelledby="asked-title">
    <h2 id="asked-title">What GitHub is asked for</h2>
    ${hint !== undefined && html`<p class="flash flash-attention">${icon('info')} ${hint}</p>`} ${summary(facts)}
    ${readsOnly && html`<p class="hint muted">${icon('shield-check')} ${baseTier.purpose}, to be read. Nothing is ever written with this.</p>`}
    <input type="hidden" name="manifest" value="${JSON.stringify(facts.manifest)}" />
    <button class="btn btn-primary btn-block btn-large" type="submit" id="register">
      ${icon('mark-github')}<span>Register on ${new URL(facts.address).host}</span>
    </button>
    <p class="hint muted">GitHub shows one button more, makes an App of your own from this, and sends you back here.</p>
  </form>`;
}

/** The page that sends the manifest to GitHub. */
export function registerPage(assets: Assets, facts: RegisterPage): string {
  const { problems, choices } = facts.read;
  const body = html`${problems.map((problem) => html`<p class="flash flash-danger" role="alert">${icon('alert')} ${problem}</p>`)}
    <div class="sheet-columns">
      ${choicesForm(facts)}
      ${
        problems.length === 0
          ? sendForm(facts, hintOf(choices.publicUrl))
          : html`<p class="sheet-box muted">Once the choices can be, what GitHub is asked for stands here.</p>`
      }
    </div>`;
  const lead = html`GitHub makes an App of your own, and sends its credentials back here. They are kept in <code>${facts.file}</code>, which
    only this server’s user can read.`;
  return sheet(assets, { title: 'Register RepoWatch', lead, body, above: journey(1), width: 'wide' });
}

/** The page after the registration; `next` are the sentences that say how it goes on. */
export function registeredPage(assets: Assets, facts: { name: string; file: string; installUrl: string; next: string[] }): string {
  const body = html`<p class="flash flash-success" role="status">
      ${icon('check-circle-fill')} The credentials are in <code>${facts.file}</code>.
    </p>
    <div class="sheet-box">
      <p>Now choose the account and its repositories. What happens in them from then on is watched.</p>
      <a class="btn btn-primary btn-block btn-large" href="${safeUrl(facts.installUrl)}"
        >${icon('mark-github')}<span>Install it on your repositories</span></a
      >
      <ul class="next">
        ${facts.next.map((sentence) => html`<li class="muted">${icon('info')} <span>${sentence}</span></li>`)}
      </ul>
      <p class="hint"><a href="/first-steps">First steps</a> <span class="muted">leads through the rest, once you have signed in.</span></p>
    </div>`;
  return sheet(assets, { title: `${facts.name} is registered`, body, above: journey(2) });
}

/** What a page of the setup has to say. */
export interface SetupNote {
  title: string;
  sentences: readonly (string | Html)[];
  tone?: 'danger' | 'plain';
  /** Where somebody is on the way, for journey.ts. */
  at?: number;
}

/** A page with a heading and sentences; for everything else that the setup has to say. The first sentence is the most important one. */
export function setupNote(assets: Assets, { title, sentences, tone, at }: SetupNote): string {
  const [first, ...rest] = sentences;
  const body = html`${tone === 'danger' && html`<p class="flash flash-danger" role="alert">${icon('alert')} ${first}</p>`}
    <div class="sheet-box sheet-note">
      ${tone !== 'danger' && html`<p>${first}</p>`} ${rest.map((sentence) => html`<p class="muted">${sentence}</p>`)}
    </div>`;
  return sheet(assets, { title, body, above: at !== undefined && journey(at) });
}
