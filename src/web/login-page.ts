import type { Assets } from './assets.ts';
import { html, type Html } from './html.ts';
import { icon } from './icons.ts';
import { sheet } from './sheet.ts';

/** What the page that asks who somebody is has to know. */
export interface LoginPage {
  withGitHub: boolean;
  problem?: string;
  returnTo?: string | undefined;
}

function tokenForm({ returnTo, withGitHub }: LoginPage): Html {
  return html`<form class="sheet-form" method="post" action="/login">
    ${returnTo !== undefined && html`<input type="hidden" name="return_to" value="${returnTo}" />`}
    <label for="token">Admin token</label>
    <input
      id="token"
      name="token"
      type="password"
      autocomplete="current-password"
      required
      ${!withGitHub && 'autofocus'}
      aria-describedby="token-hint"
    />
    <p class="hint muted" id="token-hint">
      The setting <code>ADMIN_TOKEN</code> of this server. Made at the registration, it stands in <code>keys.json</code> of its data folder.
    </p>
    <button class="btn ${!withGitHub && 'btn-primary'} btn-block" type="submit">Sign in</button>
  </form>`;
}

/** The page that asks who somebody is. */
export function loginPage(assets: Assets, page: LoginPage): string {
  const { withGitHub, problem, returnTo } = page;
  const github = returnTo === undefined ? '/auth/github' : `/auth/github?return_to=${encodeURIComponent(returnTo)}`;
  const body = html`${problem !== undefined && html`<p class="flash flash-danger" role="alert">${icon('alert')} ${problem}</p>`}
    <div class="sheet-box">
      ${
        withGitHub
          ? html`<a class="btn btn-primary btn-block btn-large" href="${github}">${icon('mark-github')}<span>Continue with GitHub</span></a>
              <p class="hint muted">You see what GitHub shows you: the repositories that you see there, and no others.</p>
              <details class="sheet-more" ${problem !== undefined && 'open'}>
                <summary>Use the admin token instead</summary>
                ${tokenForm(page)}
              </details>`
          : tokenForm(page)
      }
    </div>`;
  return sheet(assets, { title: 'Sign in to RepoWatch', lead: 'What each push did, and why.', body });
}
