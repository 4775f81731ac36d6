import type { HookDeliveries, ListedDelivery } from '../github/hook-deliveries.ts';
import { webhookPath } from '../github/manifest.ts';
import { fine, problem, warning, type Finding } from './finding.ts';

/** What the look at the webhook needs. */
interface WebhookQuestion {
  deliveries: Pick<HookDeliveries, 'listPage' | 'readConfig'>;
  publicUrl: string | undefined;
  /** How deliveries come in: with `poll` GitHub need not reach us. */
  intake: 'webhook' | 'poll';
  /** The App's settings on GitHub. */
  settings: string;
}

/** How far back failures are worth a word. Milliseconds. */
const recentMs = 24 * 60 * 60 * 1000;

/** Looks at where GitHub delivers and at how that went lately (handbook A14, A23). */
export async function checkWebhook(question: WebhookQuestion): Promise<Finding[]> {
  return [...(await checkConfig(question)), ...(await checkDeliveries(question))];
}

async function checkConfig({ deliveries, publicUrl, intake, settings }: WebhookQuestion): Promise<Finding[]> {
  const read = await deliveries.readConfig();
  const found = intake === 'webhook' ? problem : warning;
  if (!read.ok)
    return [
      warning('webhook', `How the webhook is set up could not be read: ${read.message}.`, { remedy: 'Try again later.', code: read.code }),
    ];
  const { url, contentType, insecureSsl, hasSecret } = read.value;
  if (url === null || url === '') {
    if (intake === 'poll') {
      const remedy = `Make it active on ${settings}, with an address that does not answer, such as https://repowatch.invalid${webhookPath}.`;
      return [warning('webhook', 'The App has no webhook, so GitHub records no deliveries that could be read (INTAKE=poll).', remedy)];
    }
    const remedy = `Enter ${publicUrl ?? 'the address of this server'}${webhookPath} on ${settings}, or set INTAKE=poll when GitHub cannot reach you.`;
    return [warning('webhook', 'The App has no webhook: changes are found by the scheduled comparison only.', remedy)];
  }
  const findings: Finding[] = [];
  const expected = publicUrl === undefined || intake === 'poll' ? undefined : `${publicUrl}${webhookPath}`;
  if (expected !== undefined && url !== expected)
    findings.push(
      found('webhook', `GitHub delivers to ${url}, which is not ${expected}.`, `Enter ${expected} on ${settings}, or correct PUBLIC_URL.`),
    );
  else if (expected === undefined && intake === 'webhook' && URL.parse(url)?.pathname !== webhookPath)
    findings.push(
      found(
        'webhook',
        `GitHub delivers to ${url}, where RepoWatch does not listen.`,
        `The path has to be ${webhookPath}: correct it on ${settings}.`,
      ),
    );
  if (contentType !== 'json')
    findings.push(
      found(
        'webhook_content_type',
        `GitHub sends ${contentType ?? 'an unknown content type'} instead of JSON.`,
        `Choose application/json on ${settings}.`,
      ),
    );
  if (insecureSsl)
    findings.push(
      warning('webhook_tls', 'GitHub does not check the certificate of this server.', `Enable SSL verification on ${settings}.`),
    );
  if (!hasSecret)
    findings.push(
      found('webhook_secret', 'The webhook has no secret on GitHub: every delivery is refused.', `Enter WEBHOOK_SECRET on ${settings}.`),
    );
  if (findings.length === 0 && intake === 'poll')
    return [fine('webhook', `GitHub records what it would deliver to ${url}, and RepoWatch reads it there (INTAKE=poll).`)];
  return findings.length > 0 ? findings : [fine('webhook', `GitHub delivers JSON to ${url} and signs it.`)];
}

async function checkDeliveries({ deliveries, intake, settings }: WebhookQuestion): Promise<Finding[]> {
  const id = 'webhook_deliveries';
  if (intake === 'poll') return [];
  const read = await deliveries.listPage(undefined);
  if (!read.ok)
    return [
      warning(id, `GitHub's record of deliveries could not be read: ${read.message}.`, { remedy: 'Try again later.', code: read.code }),
    ];
  const recent = read.value.deliveries.filter(({ deliveredAt }) => deliveredAt.getTime() > Date.now() - recentMs);
  const failures = recent.filter(({ statusCode }) => statusCode === null || statusCode < 200 || statusCode >= 300);
  if (recent.length === 0) return [fine(id, 'GitHub has delivered nothing in the last 24 hours.')];
  if (failures.length === 0)
    return [fine(id, recent.length === 1 ? 'The last delivery arrived.' : `The last ${recent.length} deliveries arrived.`)];
  const what = `${failures.length} of the last ${recent.length} deliveries failed: ${describeCodes(failures)}.`;
  // The newest decides: what went wrong and works again is history, and recovery pulls it in.
  const isOver = recent[0] !== undefined && !failures.includes(recent[0]);
  if (isOver) return [warning(id, `${what} The newest one arrived.`, 'Nothing: what was missed is pulled in by recovery.')];
  const refused = failures.every(({ statusCode }) => statusCode === 401);
  const remedy = refused
    ? `The webhook secret differs: enter WEBHOOK_SECRET on ${settings}.`
    : 'Check that GitHub reaches PUBLIC_URL over https with a full certificate chain; what was missed is pulled in by recovery.';
  return [problem(id, what, remedy)];
}

function describeCodes(failures: ListedDelivery[]): string {
  const counts = new Map<string, number>();
  for (const { statusCode, status } of failures) {
    const word = statusCode === null || statusCode === 0 ? status : `${statusCode} ${status}`;
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, times]) => `${times} × ${word}`).join(', ');
}
