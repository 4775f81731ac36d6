import type { Intent, InstallationWish } from '../../http/schemas/installation-intent.ts';
import type { Me } from '../../http/schemas/me.ts';
import { html, safeUrl, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import type { View } from '../kit/view.ts';
import { dialog, dialogButton } from '../parts/dialog.ts';
import { buttonForm, form, refusalOf, textField } from '../parts/form.ts';
import { timeAgo } from '../parts/relative-time.ts';

/** The form that begins an installation. */
export const beginPath = '/installations/begin';

const dialogId = 'install';

/** The button that begins an installation, for somebody who is connected with GitHub; whoever runs the server may do it without. */
export function installButton(me: Me): Html | false {
  if (me.github !== null)
    return html`<span data-test="install-link"
      >${dialogButton(dialogId, { text: 'Install on GitHub', icon: 'plus', kind: 'primary' })}</span
    >`;
  return me.role === 'admin' && dialogButton(dialogId, { text: 'Install without connecting', icon: 'plus' });
}

/** What the button opens: which account is meant, and what happens then. `back` is where GitHub's way back leads in the end. */
export function installDialog(view: View, back: string): Html {
  const body = html`<p class="muted">
      GitHub asks you which account and which repositories. You come back here by yourself; one that you began before gives way to this one.
    </p>
    ${form({
      view,
      path: beginPath,
      submit: 'Go to GitHub',
      fields: html`<input type="hidden" name="back" value="${back}" /> ${textField({
          view,
          path: beginPath,
          name: 'account',
          label: 'Account or organisation',
          placeholder: 'acme',
          maxlength: 100,
          hint: 'Empty: any. With a name, an installation on another account does not count as this one.',
        })}`,
    })}`;
  return dialog({ id: dialogId, title: 'Install RepoWatch', body, open: refusalOf(view, beginPath) !== undefined });
}

function pendingItem(intent: Intent): Html {
  const { id, status, account, begun_by: by, created_at: at, expires_at: until, link } = intent;
  const name = account?.login ?? 'an account to be chosen';
  return html`<li class="pending">
    <span class="tone-attention status-icon">${icon('hourglass', 'pending')}</span>
    <div class="pending-main">
      <strong><bdi>${name}</bdi></strong>
      <span class="muted"
        >${status === 'requested' ? 'waits for an owner’s approval' : 'begun here'} by <bdi>${by.replace(/^@/, '')}</bdi>, ${timeAgo(at)};
        it ends ${timeAgo(until)}</span
      >
    </div>
    <div class="page-actions">
      <a class="btn btn-sm" href="${safeUrl(link)}" rel="noreferrer"
        >${icon('link-external')}<span>${status === 'requested' ? 'Look at it on GitHub' : 'Go on at GitHub'}</span></a
      >
      ${buttonForm(`/installations/intents/${id}/cancel`, { text: 'Take back', label: `Take back the installation on ${name}` })}
    </div>
  </li>`;
}

function wishView({ account, requester, created_at: at, link }: InstallationWish): Html {
  return html`<li class="pending">
    <span class="tone-attention status-icon">${icon('person-add', 'asked for')}</span>
    <div class="pending-main">
      <strong><bdi>${account.login}</bdi></strong>
      <span class="muted"
        ><bdi>${requester?.login ?? 'A member'}</bdi> asked on GitHub${at !== null && html` ${timeAgo(at)}`}: an owner of
        <bdi>${account.login}</bdi> has to approve it</span
      >
    </div>
    <div class="page-actions">
      <a class="btn btn-sm" href="${safeUrl(link)}" rel="noreferrer">${icon('link-external')}<span>Where an owner approves</span></a>
    </div>
  </li>`;
}

/** Installations to be: begun here and not finished, and asked for on GitHub. Nothing when there are none. */
export function pendingView(intents: readonly Intent[], wishes: readonly InstallationWish[] | undefined): Html | false {
  if (intents.length === 0 && wishes?.length === 0) return false;
  return html`<section class="section" id="pending">
    <div class="section-head"><h2>On the way</h2></div>
    ${
      (intents.length > 0 || (wishes?.length ?? 0) > 0) &&
      html`<ul class="pendings">
        ${intents.map(pendingItem)} ${wishes?.map(wishView)}
      </ul>`
    }
    ${wishes === undefined && html`<p class="muted">${icon('alert')} GitHub could not be asked what members have asked their owners for. Load the page again.</p>`}
  </section>`;
}

/** The page between here and GitHub: browsers hold a form's way on to this server, so the last step is a link. */
export function goToGitHub(installUrl: string, account: string | undefined): Html {
  return html`<div class="blank go">
    <span class="blank-icon">${icon('mark-github')}</span>
    <h1>On to GitHub</h1>
    <p class="muted">
      ${account === undefined ? 'GitHub asks which account' : html`Choose <bdi>${account}</bdi>`} and which repositories RepoWatch may
      watch, and sends you back. This link is good for a day, once.
    </p>
    <p class="blank-action">
      <a class="btn btn-primary" href="${safeUrl(installUrl)}" data-go rel="noreferrer"
        >${icon('link-external')}<span>Go on at GitHub</span></a
      >
      <a class="btn" href="/installations">Not now</a>
    </p>
  </div>`;
}
