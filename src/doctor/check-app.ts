import { z } from 'zod';
import { describeError } from '../core/errors.ts';
import type { Clients } from '../github/clients.ts';
import { githubIdSchema } from '../github/facts.ts';
import { judgeGitHubError } from '../github/judge.ts';
import {
  baseTier,
  findMissing,
  findTierOfEvent,
  isGranted,
  optionalTiers,
  tiers,
  type Grants,
  type Tier,
} from '../github/needed-permissions.ts';
import { fine, problem, warning, type Finding } from './finding.ts';

const appSchema = z.object({
  id: githubIdSchema,
  slug: z.string(),
  name: z.string(),
  owner: z.object({ login: z.string().optional(), slug: z.string().optional(), type: z.string().optional() }).nullish(),
  permissions: z.record(z.string(), z.string()),
  events: z.array(z.string()),
});

/** The App as GitHub has it. */
export type RegisteredFacts = z.output<typeof appSchema>;

/** What is known of the App after it was asked for. */
export interface AppCheck {
  findings: Finding[];
  /** Undefined when GitHub did not show it. */
  app: RegisteredFacts | undefined;
}

/** What the look at the App needs. */
interface AppQuestion {
  clients: Pick<Clients, 'app'>;
  appId: string;
  githubUrl: string;
}

/** From where on clocks that differ are worth a word, and from where on signatures are refused. Seconds. */
const clockLimits = { warning: 30, problem: 120 };

/** Looks at the credentials, the clock, and what the App is registered for (handbook E13, I4). */
export async function checkApp(question: AppQuestion): Promise<AppCheck> {
  const began = Date.now();
  try {
    const client = await question.clients.app();
    const { data, headers } = (await client.request('GET /app')) as { data: unknown; headers: { date?: string } };
    const app = appSchema.parse(data);
    const known = fine('github', `GitHub knows ${app.name} (App ${app.id}) and takes its key.`);
    return { app, findings: [known, ...judgeClock(headers.date, began), ...judgeGrants(app, settingsPage(question.githubUrl, app))] };
  } catch (error) {
    const headers = (error as { response?: { headers?: { date?: string } } }).response?.headers;
    return { app: undefined, findings: [judgeRefusal(error, question), ...judgeClock(headers?.date, began)] };
  }
}

/** The App's settings on GitHub, where permissions and events are ticked. */
export function settingsPage(githubUrl: string, app: RegisteredFacts): string {
  const owner = app.owner?.type === 'Organization' && app.owner.login !== undefined ? `/organizations/${app.owner.login}` : '';
  return `${githubUrl}${owner}/settings/apps/${app.slug}`;
}

function judgeRefusal(error: unknown, { appId, githubUrl }: AppQuestion): Finding {
  const page = `Open the App on ${githubUrl} (Settings, Developer settings, GitHub Apps).`;
  if (error instanceof z.ZodError)
    return problem(
      'github',
      "GitHub's answer about the App is not what it should be.",
      'Check that GITHUB_API_URL is the REST API of a GitHub.',
    );
  const said = describeError(error);
  const { code, message } = judgeGitHubError(error, new Date());
  if (code !== 'github_unauthorized') {
    const remedy =
      code === 'github_unavailable'
        ? 'Check GITHUB_API_URL, the network, a proxy (NODE_USE_ENV_PROXY=1) and a private CA (NODE_EXTRA_CA_CERTS).'
        : 'Try again later; the log has more.';
    return problem('github', `${message}.`, { remedy, code: code === 'internal_error' ? null : code });
  }
  if (/integration not found|'Issuer'/i.test(said))
    return problem('github', `unauthorized: GitHub knows no App with APP_ID ${appId} for this key.`, {
      remedy: `${page} The App ID stands under "About": set APP_ID to it, or use the key of App ${appId}.`,
      code,
    });
  if (/'Issued at'|'Expiration time'/i.test(said))
    return problem('github', `unauthorized: GitHub finds the time in our signature wrong (${said}).`, {
      remedy: 'Set the clock of this machine, for example by NTP.',
      code,
    });
  if (/PRIVATE_KEY cannot be used/.test(message))
    return problem('github', `unauthorized: ${message}.`, {
      remedy: `${page} Press "Generate a private key" and set PRIVATE_KEY_PATH to the file.`,
      code,
    });
  return problem(
    'github',
    `unauthorized: GitHub does not take PRIVATE_KEY for App ${appId}: the key was deleted there, or belongs to another App (${said}).`,
    { remedy: `${page} Press "Generate a private key" and set PRIVATE_KEY_PATH to the file, or check APP_ID.`, code },
  );
}

/** The Date header is whole seconds, and the answer took its time: within that nothing can be said. */
function judgeClock(date: string | undefined, began: number): Finding[] {
  const theirs = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(theirs)) return [];
  const now = Date.now();
  const difference = theirs > now ? theirs - now : Math.max(0, began - theirs - 1_000);
  const seconds = Math.round(difference / 1000);
  if (seconds < clockLimits.warning) return [fine('clock', "This machine's clock agrees with GitHub's.")];
  const what = `This machine's clock is ${seconds} s ${theirs > now ? 'behind' : 'ahead of'} GitHub's.`;
  const remedy = 'Let it be set by NTP: receivers refuse requests whose signature has a time that is five minutes off.';
  return [seconds < clockLimits.problem ? warning('clock', what, remedy) : problem('clock', what, remedy)];
}

function judgeGrants(app: Grants, page: string): Finding[] {
  const missing = findMissing(app, baseTier);
  const where = `${page}/permissions`;
  const findings: Finding[] = [
    missing === undefined || missing.permissions.length === 0
      ? fine('permissions', `The App has the permissions that RepoWatch needs: ${list(Object.entries(baseTier.permissions))}.`)
      : problem('permissions', `The App lacks the permission ${missing.permissions.join(', ')}.`, {
          remedy: `Tick it on ${where}; then every installation has to approve it.`,
          code: 'github_forbidden',
        }),
    missing === undefined || missing.events.length === 0
      ? fine('events', `GitHub sends the events that RepoWatch needs: ${baseTier.events.join(', ')}.`)
      : problem(
          'events',
          `The App is not subscribed to ${missing.events.join(', ')}.`,
          `Tick it on ${where}, under "Subscribe to events".`,
        ),
  ];
  for (const tier of optionalTiers) {
    if (!isAsked(tier, app)) continue;
    const lacks = findMissing(app, tier);
    findings.push(
      lacks === undefined
        ? fine(`tier:${tier.name}`, `${tier.purpose}: the App has what it takes.`)
        : warning(
            `tier:${tier.name}`,
            `${tier.purpose}: the App lacks ${[...lacks.permissions, ...lacks.events].join(', ')}.`,
            `Tick it on ${where}, or untick the rest of it.`,
          ),
    );
  }
  return [...findings, ...judgeFeedback(app, where), ...judgeExcess(app, where)];
}

/** True for a tier that the App was meant to have: a part of it is there, and no other complete tier explains why. */
function isAsked(tier: Tier, app: Grants): boolean {
  if (tier.events.some((event) => app.events.includes(event))) return true;
  const complete = optionalTiers.filter((other) => findMissing(app, other) === undefined);
  return Object.entries(tier.permissions).some(
    ([name, access]) =>
      isGranted(app.permissions[name], access) && (complete.includes(tier) || !complete.some((other) => name in other.permissions)),
  );
}

/** Nothing is wrong without it, but nobody finds it either. */
function judgeFeedback(app: Grants, where: string): Finding[] {
  if (isGranted(app.permissions['checks'], 'write') || isGranted(app.permissions['statuses'], 'write')) return [];
  return [
    fine(
      'feedback',
      `What is wrong with a proposed configuration is shown in RepoWatch only. For check runs on GitHub tick "Checks: read and write" on ${where}.`,
    ),
  ];
}

/** What the App has and nothing here uses: least privilege, and less noise. */
function judgeExcess(app: Grants, where: string): Finding[] {
  const most: Record<string, string> = {};
  for (const [name, access] of tiers.flatMap((tier) => Object.entries(tier.permissions)))
    if (!isGranted(most[name], access)) most[name] = access;
  const extra = Object.entries(app.permissions).filter(([name, access]) => !isGranted(most[name], access));
  const unknown = app.events.filter((event) => findTierOfEvent(event) === undefined);
  const findings: Finding[] = [];
  if (extra.length > 0)
    findings.push(warning('excess_permissions', `The App has more than RepoWatch uses: ${list(extra)}.`, `Take it away on ${where}.`));
  if (unknown.length > 0)
    findings.push(
      warning('excess_events', `GitHub sends events that RepoWatch ignores: ${unknown.join(', ')}.`, `Untick them on ${where}.`),
    );
  return findings;
}

function list(permissions: [string, string][]): string {
  return permissions.map(([name, access]) => `${name}: ${access}`).join(', ');
}
