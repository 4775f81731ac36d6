import type { InstallationStatus } from '../../mirror/installation-status.ts';

/** What a status means for whoever looks: its name, what RepoWatch does meanwhile, and what to do. */
export interface InstallationWords {
  name: string;
  /** What RepoWatch does as long as it is so. */
  meanwhile: string;
  /** What somebody can do, in a few words for a button to GitHub; none where there is nothing to mend. */
  mend?: string;
}

/** Every status of an installation in words. The first sentence, why it is so, comes from the API. */
export const installationWords: Record<InstallationStatus, InstallationWords> = {
  initiated_on_repowatch: { name: 'Begun here', meanwhile: 'It waits until it is finished on GitHub.', mend: 'Go on at GitHub' },
  requested: { name: 'Asked for', meanwhile: 'It waits until an owner approves it on GitHub.', mend: 'Where an owner approves' },
  deleted: {
    name: 'Uninstalled',
    meanwhile: 'Nothing arrives any more. History stays, to be looked at, until somebody purges it.',
    mend: 'Install it again',
  },
  not_allowed: {
    name: 'Not allowed',
    meanwhile: 'Deliveries are kept and ignored. Whoever runs this server adds the account to ALLOWED_ACCOUNTS and restarts it.',
  },
  suspended: {
    name: 'Suspended',
    meanwhile: 'Deliveries are ignored and open runs have ended. Once it is resumed, everything is compared and what was missed is found.',
    mend: 'Resume it on GitHub',
  },
  blocked_by_ip_allow_list: {
    name: 'Kept out',
    meanwhile: 'Deliveries are acted on as far as that works without asking GitHub; it is tried again and again.',
    mend: 'Open the IP allow list',
  },
  errored: { name: 'Errored', meanwhile: 'Deliveries are acted on; the listing is tried again by itself.', mend: 'Look at it on GitHub' },
  permissions_pending: {
    name: 'Permissions pending',
    meanwhile: 'It works with the permissions it has; steps that need more fail and say which.',
    mend: 'Approve them on GitHub',
  },
  unmatched_user: {
    name: 'Unmatched',
    meanwhile: 'Whoever installed it, or owns the account, claims it by signing in here with GitHub.',
  },
  initiated_on_github: {
    name: 'Without a project',
    meanwhile: 'Choose the project that it belongs to, and it is complete.',
  },
  processing: { name: 'Processing', meanwhile: 'Deliveries are acted on already.' },
  processed: { name: 'Processed', meanwhile: 'Its repositories are listed and watched.' },
};
