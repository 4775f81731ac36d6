import type { SetupReturn, StateProblem } from '../../flow/return-from-setup.ts';
import type { Assets } from '../assets.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { setupNote } from './setup-view.ts';

const stateNotes: Record<StateProblem, string> = {
  unknown: 'The link that you came with was not made by this server.',
  expired: 'The link that you came with is too old. Nothing is lost: the installation itself does not depend on it.',
  used: 'The link that you came with was used before.',
  replaced: 'The link that you came with was replaced by a newer one.',
  cancelled: 'The link that you came with was taken back.',
};

const itself =
  'RepoWatch learns of installations from GitHub itself: the repositories appear within moments, and there is nothing more to do here.';

const firstSteps = html`Next, write <code>.github/repowatch.yml</code>: <a href="/first-steps">First steps</a> shows how.`;

/** What a page says: its heading and its sentences. */
interface Note {
  title: string;
  sentences: (string | Html)[];
  tone?: 'danger';
  /** Where they are on the way, for journey.ts. */
  at?: number;
}

function back(returnTo: string | null): Html {
  const [path, text] = returnTo === null ? ['/', 'Go to RepoWatch'] : [returnTo, 'Back to where you began'];
  return html`<a class="btn btn-block" href="${path}">${text}</a>`;
}

function confirmLink(address: string | undefined): Html[] {
  if (address === undefined) return [];
  return [
    html`To see more here, let GitHub tell us who you are.`,
    html`<a class="btn btn-primary btn-block" href="${address}">${icon('mark-github')}<span>Confirm with GitHub</span></a>`,
  ];
}

function noteOf(outcome: Exclude<SetupReturn, { result: 'redirect' }>, confirmAddress: string | undefined): Note {
  switch (outcome.result) {
    case 'installed': {
      const where = outcome.account === null ? '' : ` on ${outcome.account}`;
      return {
        title: 'RepoWatch is installed',
        sentences: [`GitHub shows ${outcome.login} this installation${where}.`, itself, firstSteps, back(null)],
        at: 3,
      };
    }
    case 'not_listed':
      return {
        title: 'Not among your installations',
        sentences: [
          `GitHub does not show this installation to ${outcome.login}.`,
          'If it is on an organisation with single sign-on, sign in there first and come back. Otherwise it is somebody else’s.',
          back(null),
        ],
        tone: 'danger',
      };
    case 'claimed':
      return {
        title: outcome.exists === false ? 'No such installation' : 'Thank you',
        sentences: [
          outcome.exists === true
            ? 'GitHub confirms this installation of RepoWatch.'
            : outcome.exists === false
              ? 'GitHub knows no such installation of RepoWatch: it was removed again, or the address is not one that GitHub made.'
              : 'GitHub could not be asked about this installation just now.',
          ...(outcome.exists === false ? [] : [itself, ...confirmLink(confirmAddress)]),
          back(null),
        ],
        at: outcome.exists === false ? 2 : 3,
      };
    case 'requested':
      return {
        title: 'Waiting for an owner’s approval',
        sentences: [
          outcome.accounts.length === 0
            ? 'GitHub has told the owners of the organisation that you would like to have RepoWatch. An owner has to approve it.'
            : `GitHub has told the owners of ${outcome.accounts.join(', ')} that you would like to have RepoWatch. An owner has to approve it.`,
          'You can close this page: when they do, RepoWatch learns it from GitHub.',
          back(outcome.returnTo),
        ],
        at: 2,
      };
    case 'nothing_named':
      return {
        title: 'No installation was named',
        sentences: [
          'GitHub sends people here after they have installed RepoWatch, and names the installation in the address. This address names none.',
          'If you have just installed it, all is well: RepoWatch learns that from GitHub itself. If you have not, open the App’s page on GitHub and press Install.',
          back(outcome.returnTo),
        ],
        at: 2,
      };
    case 'refused':
      return { title: 'Not confirmed', sentences: [outcome.message, back(null)], tone: 'danger' };
  }
}

/** The page for somebody who came back from GitHub. */
export function setupReturnPage(assets: Assets, outcome: Exclude<SetupReturn, { result: 'redirect' }>, confirmAddress?: string): string {
  const note = noteOf(outcome, confirmAddress);
  const state = 'state' in outcome && outcome.state !== undefined ? [stateNotes[outcome.state]] : [];
  return setupNote(assets, { ...note, sentences: [...note.sentences.slice(0, 1), ...state, ...note.sentences.slice(1)] });
}
