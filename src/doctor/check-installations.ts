import type { Clients, GitHubClient } from '../github/clients.ts';
import { judgeGitHubError } from '../github/judge.ts';
import { findPending } from '../github/needed-permissions.ts';
import type { Reader } from '../github/reader.ts';
import type { InstallationFacts } from '../github/translation.ts';
import type { RegisteredFacts } from './check-app.ts';
import { fine, problem, warning, type Finding } from './finding.ts';

/** What the look at the installations needs. */
interface InstallationsQuestion {
  clients: Pick<Clients, 'installation'>;
  reader: Pick<Reader, 'listInstallations'>;
  app: RegisteredFacts;
  githubUrl: string;
  isAllowed: (account: InstallationFacts['account']) => boolean;
}

/** How many installations are asked one by one: each is a request, and there can be thousands. */
const askedAtOnce = 20;

/** How much of an hour's requests has to be left. */
const lowShare = 0.1;

/** Looks at every installation as GitHub has it, asks the first ones whether they let us in, and what is left of their budget. */
export async function checkInstallations(question: InstallationsQuestion): Promise<Finding[]> {
  const { reader, app, githubUrl } = question;
  const listing = await reader.listInstallations();
  if (!listing.ok)
    return [
      problem('installations', `The installations could not be listed: ${listing.message}.`, {
        remedy: 'Try again later.',
        code: listing.code,
      }),
    ];
  if (listing.value.length === 0) {
    const remedy = `Install it: ${githubUrl}/apps/${app.slug}/installations/new`;
    return [warning('installations', 'The App is installed nowhere.', remedy)];
  }
  const allowed = listing.value.filter((installation) => question.isAllowed(installation.account));
  const known = allowed.flatMap((installation) => judgeStanding(installation, question));
  const asked = allowed.filter(({ suspended_at, account }) => suspended_at === null && account.type !== 'Enterprise').slice(0, askedAtOnce);
  const answers = await Promise.all(asked.map((installation) => ask(installation, question)));
  const findings = [...known, ...answers.flat()];
  const others = listing.value.length - allowed.length;
  const kept = others > 0 ? ` ${others} more are on accounts outside ALLOWED_ACCOUNTS and ignored.` : '';
  if (findings.every(({ level }) => level === 'ok'))
    findings.unshift(fine('installations', `The App is installed on ${describe(allowed)}, and GitHub lets it in.${kept}`));
  return findings;
}

function describe(installations: InstallationFacts[]): string {
  const logins = installations.map(({ account }) => account.login);
  return logins.length <= 5 ? logins.join(', ') : `${logins.slice(0, 5).join(', ')} and ${logins.length - 5} more`;
}

/** Where the owner of an installation mends it. */
function pageOf(installation: InstallationFacts, githubUrl: string): string {
  const { login, type } = installation.account;
  return `${githubUrl}${type === 'Organization' ? `/organizations/${login}` : ''}/settings/installations/${installation.github_id}`;
}

function judgeStanding(installation: InstallationFacts, { app, githubUrl }: InstallationsQuestion): Finding[] {
  const { login } = installation.account;
  const page = pageOf(installation, githubUrl);
  if (installation.suspended_at !== null) {
    const what = `The installation on ${login} is suspended: GitHub sends nothing from it and answers nothing about it.`;
    return [problem(`installation:${login}`, what, { remedy: `Its owner resumes it on ${page}.`, code: 'installation_suspended' })];
  }
  const pending = findPending(app, installation);
  if (pending.length === 0) return [];
  const what = `The installation on ${login} has not approved ${pending.join(', ')}: it works with what it had before.`;
  return [warning(`installation:${login}`, what, `Its owner approves it on ${page}/permissions/update.`)];
}

/** One cheap question with the installation's own token: an IP allow list or a lost permission shows only here. */
async function ask(installation: InstallationFacts, { clients, githubUrl }: InstallationsQuestion): Promise<Finding[]> {
  const { login } = installation.account;
  const id = `installation:${login}`;
  const page = pageOf(installation, githubUrl);
  let headers: Record<string, unknown>;
  try {
    const client: GitHubClient = await clients.installation(installation.github_id);
    ({ headers } = (await client.request('GET /installation/repositories', { per_page: 1 })) as { headers: Record<string, unknown> });
  } catch (error) {
    const { code, message } = judgeGitHubError(error, new Date());
    if (code === 'internal_error') return [warning(id, `The installation on ${login} could not be asked.`, 'Try again later.')];
    const isWait = code === 'github_rate_limited' || code === 'github_unavailable' || code === 'github_budget_spent';
    const remedy =
      code === 'github_ip_not_allowed' ? `Its owner adds this machine’s address to the IP allow list of ${login}.` : `See ${page}.`;
    return [
      isWait
        ? warning(id, `${message}.`, { remedy: 'Wait; RepoWatch goes on by itself.', code })
        : problem(id, `${message}.`, { remedy, code }),
    ];
  }
  const [limit, remaining] = [Number(headers['x-ratelimit-limit']), Number(headers['x-ratelimit-remaining'])];
  if (!(limit > 0) || remaining >= limit * lowShare) return [];
  const reset = new Date(Number(headers['x-ratelimit-reset']) * 1000);
  const what = `The installation on ${login} has ${remaining} of ${limit} requests left until ${reset.toISOString()}.`;
  return [warning(`budget:${login}`, what, 'Raise RECONCILE_INTERVAL, or look at GET /api/installations/:id/budget for what spends them.')];
}
