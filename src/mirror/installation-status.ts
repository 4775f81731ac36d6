/**
 * Every word for what an installation is now (R005, handbook I8). None of them is stored: each follows from columns, in the order of
 * the rules below. `requested` and `initiated_on_repowatch` are installations to be, which GitHub has given no number yet.
 */
export const installationStatuses = [
  'initiated_on_repowatch',
  'requested',
  'deleted',
  'not_allowed',
  'suspended',
  'blocked_by_ip_allow_list',
  'errored',
  'permissions_pending',
  'unmatched_user',
  'initiated_on_github',
  'processing',
  'processed',
] as const;
export type InstallationStatus = (typeof installationStatuses)[number];

/** How far the listing of its repositories has come. */
export const listingStates = ['unprocessed', 'processing', 'processed', 'errored'] as const;
export type ListingState = (typeof listingStates)[number];

/** What the status follows from; each is a column or a row somewhere else, and true or false by itself. */
export interface Standing {
  deleted: boolean;
  allowed: boolean;
  suspended: boolean;
  /** GitHub lets nobody in. */
  refused: boolean;
  state: ListingState;
  /** The App asks for permissions that the owner has not approved. */
  pending: boolean;
  /** Whoever asked for it or installed it has signed in here, or somebody whom GitHub shows it. */
  connected: boolean;
  /** It was begun here, and found its way back. */
  begun: boolean;
  /** Somebody said which project it belongs to. */
  linked: boolean;
}

/** The rules, the first that fits counts: in TypeScript for one, and the same in SQL for lists that are filtered by it. */
const rules: readonly { status: InstallationStatus; fits: (standing: Standing) => boolean; sql: string }[] = [
  { status: 'deleted', fits: ({ deleted }) => deleted, sql: 's.deleted' },
  { status: 'not_allowed', fits: ({ allowed }) => !allowed, sql: 'not s.allowed' },
  { status: 'suspended', fits: ({ suspended }) => suspended, sql: 's.suspended' },
  { status: 'blocked_by_ip_allow_list', fits: ({ refused }) => refused, sql: 's.refused' },
  { status: 'errored', fits: ({ state }) => state === 'errored', sql: "s.state = 'errored'" },
  { status: 'permissions_pending', fits: ({ pending }) => pending, sql: 's.pending' },
  { status: 'unmatched_user', fits: ({ connected, begun }) => !connected && !begun, sql: 'not s.connected and not s.begun' },
  { status: 'initiated_on_github', fits: ({ begun, linked }) => !begun && !linked, sql: 'not s.begun and not s.linked' },
  { status: 'processing', fits: ({ state }) => state !== 'processed', sql: "s.state <> 'processed'" },
];

/** The word for an installation. Pure. */
export function deriveInstallationStatus(standing: Standing): InstallationStatus {
  return rules.find((rule) => rule.fits(standing))?.status ?? 'processed';
}

/** The same rules over the columns of `s`. */
export const installationStatusSql = `case ${rules.map(({ status, sql }) => `when ${sql} then '${status}'`).join(' ')} else 'processed' end`;

/** Failures of a listing that only mean waiting: nothing is wrong with the installation. */
const waiting = `i.list_code in ('github_rate_limited', 'github_budget_spent')
  or (i.list_code in ('github_unavailable', 'listing_incomplete') and i.list_failures < 3)`;

/** What the status follows from, as columns of a row of installations `i`. */
export const standingSql = `
  i.deleted_at is not null as deleted, i.allowed, i.suspended_at is not null as suspended, i.refusal is not null as refused,
  i.pending_permissions <> '[]' as pending,
  case when i.list_code is not null and not (${waiting}) then 'errored'
    when i.list_started_at > coalesce(i.listed_at, '-infinity') and i.listed_at is null then 'processing'
    when i.listed_at is not null then 'processed' else 'unprocessed' end as state,
  exists (select 1 from github_users u where u.host = i.host and u.revoked_at is null
    and (u.github_id in (i.requester_github_id, i.sender_github_id)
      or exists (select 1 from user_installations n where n.user_id = u.id and n.installation_github_id = i.github_id))) as connected,
  exists (select 1 from installation_intents n where n.host = i.host and n.installation_github_id = i.github_id) as begun,
  i.project_id is not null as linked`;

/** What the sentence and the link of a status are made of. */
export interface ExplainedInstallation {
  host: string;
  githubId: string;
  login: string;
  accountType: string;
  appSlug: string | null;
  htmlUrl: string | null;
  sender: string | null;
  requester: string | null;
  pending: readonly string[];
  refusalMessage: string | null;
  listError: string | null;
}

/** The page of an installation's settings on GitHub. */
function settingsOf(facts: ExplainedInstallation): string {
  const { host, githubId, login, accountType, htmlUrl } = facts;
  return htmlUrl ?? `https://${host}/${accountType === 'Organization' ? `organizations/${login}/` : ''}settings/installations/${githubId}`;
}

/** Says why an installation has its status, and where a person goes to mend it, or to look. Pure. */
export function explainInstallation(status: InstallationStatus, facts: ExplainedInstallation): { reason: string; link: string } {
  const settings = settingsOf(facts);
  const { origin } = new URL(settings);
  const { login } = facts;
  const who = facts.requester ?? facts.sender;
  const install = facts.appSlug === null ? settings : `${origin}/apps/${facts.appSlug}/installations/new`;
  switch (status) {
    case 'initiated_on_repowatch':
      return { reason: 'Somebody began to install the App here and has not finished on GitHub.', link: install };
    case 'requested':
      return { reason: `${who ?? 'A member'} asked for the App; an owner of ${login} has to approve it on GitHub.`, link: install };
    case 'deleted':
      return { reason: `The App was uninstalled from ${login}. History is kept until it is purged.`, link: install };
    case 'not_allowed':
      return {
        reason: `${login} is not in ALLOWED_ACCOUNTS, the operator's list: deliveries are kept and ignored, and nothing is asked of GitHub.`,
        link: settings,
      };
    case 'suspended':
      return {
        reason: "The installation is suspended: nothing arrives and nothing is done. Its owner, or the App's, can resume it.",
        link: settings,
      };
    case 'blocked_by_ip_allow_list': {
      const said = facts.refusalMessage === null ? '' : ` ${facts.refusalMessage}`;
      const link = accountPages(facts, origin, 'settings/security');
      return { reason: `${login} only lets listed addresses in, and that of this machine is not among them.${said}`, link };
    }
    case 'errored':
      return {
        reason: `Its repositories could not be listed: ${facts.listError ?? 'no reason was kept'}. It is tried again by itself.`,
        link: settings,
      };
    case 'permissions_pending':
      return {
        reason: `An owner of ${login} has to approve permissions that the App asks for: ${facts.pending.join(', ')}. Until then it works with those it has.`,
        link: `${settings}/permissions/update`,
      };
    case 'unmatched_user': {
      const by = who === null ? 'Nobody here knows who installed it' : `${who} installed it and has not signed in to RepoWatch`;
      return { reason: `${by}. It works as its repositories are configured.`, link: settings };
    }
    case 'initiated_on_github':
      return {
        reason: `${who ?? 'Somebody'} installed it on GitHub, without beginning here. It works as its repositories are configured.`,
        link: settings,
      };
    case 'processing':
      return { reason: 'Its repositories are being listed.', link: settings };
    case 'processed':
      return { reason: 'All is well: its repositories are listed and watched.', link: settings };
  }
}

function accountPages({ accountType, login }: ExplainedInstallation, origin: string, path: string): string {
  return accountType === 'Organization' ? `${origin}/organizations/${login}/${path}` : `${origin}/${path}`;
}
