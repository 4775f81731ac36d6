import { z } from 'zod';
import { failed, ok, type Outcome } from '../../core/outcome.ts';

/** What the secret that `connection` names holds, as JSON (handbook K6, K7). */
const connectionSchema = z.strictObject({
  site: z.string().min(1).max(253).optional(),
  cloud_id: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,100}$/)
    .optional(),
  url: z.string().min(1).max(2000).optional(),
  email: z.string().min(1).max(320).optional(),
  token: z.string().min(1).max(4096).optional(),
  pat: z.string().min(1).max(4096).optional(),
  flavor: z.enum(['cloud', 'dc']).optional(),
  expires_at: z.string().max(40).optional(),
});
type Written = z.output<typeof connectionSchema>;

/** A Jira that can be called. */
export interface JiraConnection {
  /** Without a slash at the end; the REST paths follow. The same for everybody who reaches the same Jira. */
  url: string;
  /** Cloud speaks REST v3 with rich text, a Data Center v2 with plain text. */
  flavor: 'cloud' | 'dc';
  authorization: string;
  /** What must be masked wherever it turns up: the token, and what is made of it. */
  hidden: string[];
  expiresAt: Date | undefined;
}

const invalid = (why: string) => failed('ticket_connection_invalid' as const, `The connection is not valid: ${why}`);

/** Reads a connection from the text of a secret. The text itself is never part of a message. */
export function parseConnection(text: string): Outcome<JiraConnection, 'ticket_connection_invalid'> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return invalid('it is no JSON. Write {"site": "acme", "email": "…", "token": "…"}; docs/tickets.md has every key.');
  }
  const parsed = connectionSchema.safeParse(value);
  if (parsed.success) return openConnection(parsed.data);
  const issue = parsed.error.issues[0];
  const what =
    issue?.code === 'unrecognized_keys'
      ? `${issue.keys.join(', ').slice(0, 100)} is not known`
      : `${issue?.path.join('.') ?? ''} is not right`;
  return invalid(`${what}. Known are site, cloud_id, url, email, token, pat, flavor, expires_at.`);
}

/** Puts address, flavour and credentials together from what was written. */
export function openConnection(written: Written): Outcome<JiraConnection, 'ticket_connection_invalid'> {
  const address = addressOf(written);
  if (!address.ok) return address;
  const url = address.value;
  const { email, pat, expires_at: end } = written;
  const token = written.token ?? pat;
  if (token === undefined) return invalid('it has no token. Give `token` with `email`, or `token` (or `pat`) alone for a bearer token.');
  const { hostname } = new URL(url);
  const isAtlassian = hostname.endsWith('.atlassian.net') || hostname === 'api.atlassian.com';
  const flavor = written.flavor ?? (isAtlassian || email !== undefined ? 'cloud' : 'dc');
  const authorization =
    email === undefined || written.token === undefined ? `Bearer ${token}` : `Basic ${Buffer.from(`${email}:${token}`).toString('base64')}`;
  if (/[^\x20-\x7e]/.test(authorization)) return invalid('the token has characters that cannot be sent.');
  const expiresAt = end === undefined ? undefined : new Date(end);
  if (expiresAt !== undefined && Number.isNaN(expiresAt.getTime())) return invalid('`expires_at` is no day. Write one such as 2027-03-31.');
  return ok({ url, flavor, authorization, hidden: [token, authorization.split(' ')[1]!], expiresAt });
}

/** Scoped tokens are only taken by api.atlassian.com, the others by the site (handbook K6). */
function addressOf({ site, cloud_id: cloudId, url }: Written): Outcome<string, 'ticket_connection_invalid'> {
  const given = [site, cloudId, url].filter((part) => part !== undefined).length;
  if (given !== 1) return invalid('give one of `site`, `cloud_id` and `url`.');
  if (cloudId !== undefined) return ok(`https://api.atlassian.com/ex/jira/${cloudId}`);
  const text = url ?? (site!.includes('://') ? site! : `https://${site!.includes('.') ? site! : `${site!}.atlassian.net`}`);
  const parsed = URL.parse(text);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return invalid('its address is none. Write https://acme.atlassian.net.');
  if (parsed.username !== '' || parsed.password !== '' || parsed.search !== '' || parsed.hash !== '')
    return invalid('its address carries more than a place. Write https://host/path only.');
  return ok(`${parsed.origin}${parsed.pathname}`.replace(/\/+$/, ''));
}

/** A sentence about a token that has ended or ends within 30 days (handbook K6); undefined when there is time. */
export function explainExpiry({ expiresAt, url }: JiraConnection, now: Date): string | undefined {
  if (expiresAt === undefined) return undefined;
  const days = Math.floor((expiresAt.getTime() - now.getTime()) / 86_400_000);
  const day = expiresAt.toISOString().slice(0, 10);
  if (days < 0) return `The token for ${url} ended on ${day}. Make a new one and set the secret again.`;
  return days <= 30 ? `The token for ${url} ends on ${day}, in ${days} days. Make a new one and set the secret again.` : undefined;
}
