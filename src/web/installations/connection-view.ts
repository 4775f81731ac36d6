import type { Me } from '../../http/schemas/me.ts';
import { count } from '../../core/count.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import type { View } from '../kit/view.ts';
import { dialog, dialogButton } from '../parts/dialog.ts';
import { buttonForm, form } from '../parts/form.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { confirmField } from '../parts/confirmation.ts';
import { refusalOf } from '../parts/form.ts';

/** The form that ends what joins a person with GitHub. */
export const disconnectMePath = '/integrations/disconnect';
/** The form that ends every session of whoever looks. */
export const signOutPath = '/integrations/sign-out';

function signInLink(text: string, kind = 'btn-primary'): Html {
  return html`<a class="btn ${kind}" href="/auth/github?return_to=${encodeURIComponent('/installations')}"
    >${icon('mark-github')}<span>${text}</span></a
  >`;
}

function connectedView(view: View, { login, github, access, installations }: Me): Html {
  const name = github?.login ?? login;
  const shown = installations.length === 0 ? 'no installation of this App' : count(installations.length, 'installation');
  const body = html`<ul class="bullets">
      <li>You are signed out everywhere, and your API tokens end.</li>
      <li>GitHub forgets that you allowed this App to know you; what it gave for you is deleted here.</li>
      <li>Installations, repositories, runs and history stay as they are. Sign in again whenever you like.</li>
    </ul>
    ${form({
      view,
      path: disconnectMePath,
      danger: true,
      submit: 'Disconnect from GitHub',
      fields: confirmField({ view, path: disconnectMePath, word: name, what: 'disconnect' }),
    })}`;
  return html`<div class="connection-main">
      <h2 class="connection-title">
        Connected as
        <bdi>${name}</bdi>${github?.name != null && github.name !== name && html` <span class="muted"><bdi>${github.name}</bdi></span>`}
      </h2>
      <p class="muted">
        GitHub shows you
        ${shown}${installations.length > 0 && html`: ${installations.slice(0, 5).map(({ id, account, role }, index) => html`${index > 0 && ', '}<a href="/installations/${id}"><bdi>${account}</bdi></a> (${role})`)}${installations.length > 5 && '…'}`}.
        ${access !== null && html`It was asked ${timeAgo(access.listed_at, 'not yet')}, and is asked again while you are here.`}
      </p>
      ${access?.error != null && html`<p class="tone-danger">${icon('alert')} GitHub could not be asked: <bdi>${access.error}</bdi></p>`}
      <p class="muted">
        RepoWatch may see who you are and which repositories of its installations you see, and nothing else: it never acts in your name.
      </p>
    </div>
    <div class="page-actions">
      ${signInLink('Reconnect', 'btn-sm')} ${buttonForm(signOutPath, { text: 'Sign out everywhere', icon: 'sign-out' })}
      ${dialogButton('disconnect-me', { text: 'Disconnect', icon: 'unlink', kind: 'danger' })}
    </div>
    ${dialog({ id: 'disconnect-me', title: `Disconnect ${name} from GitHub`, body, open: refusalOf(view, disconnectMePath) !== undefined })}`;
}

function unconnectedView({ kind }: Me, withGitHub: boolean): Html {
  const who = kind === 'admin' ? 'You signed in with the admin token, which is nobody on GitHub.' : 'You are not connected with GitHub.';
  return html`<div class="connection-main">
      <h2 class="connection-title">Not connected with GitHub</h2>
      <p class="muted">
        ${who}
        ${
          withGitHub
            ? 'Connect, and RepoWatch knows which installations are yours: what you installed is claimed, and you see what GitHub shows you.'
            : html`People cannot sign in with GitHub here: set <code>CLIENT_ID</code> and <code>CLIENT_SECRET</code> of the App, and start
                again.`
        }
      </p>
    </div>
    <div class="page-actions">
      ${withGitHub && signInLink('Connect with GitHub')} ${buttonForm(signOutPath, { text: 'Sign out everywhere', icon: 'sign-out' })}
    </div>`;
}

/** Who somebody is on GitHub, and what they can do about it. */
export function connectionView(view: View, me: Me, withGitHub: boolean): Html {
  const isConnected = me.github !== null;
  return html`<section class="connection ${isConnected && 'connection-on'}" id="connection" aria-label="Your connection to GitHub">
    <span class="connection-icon">${icon('mark-github')}</span>
    ${isConnected ? connectedView(view, me) : unconnectedView(me, withGitHub)}
  </section>`;
}
