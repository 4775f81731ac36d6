import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import type { ErrorCode } from '../../core/error-catalogue.ts';
import { describeError } from '../../core/errors.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { isPublicAddress } from '../door-addresses.ts';
import type { ResolveName } from '../door.ts';
import { isExplicitlyAllowed, type OutboundAllow } from '../outbound-allow.ts';
import type { Mailbox, MailServer } from './mail-server.ts';

/** Where a mail server may be dialled: an address that was judged, never the name again. */
export interface JudgedHost {
  address: string;
  /** True when the operator lists it: mail may go there without encryption. */
  isListed: boolean;
}

/** What sending mail works with. */
export interface MailTools {
  /** The operator's server and sender (SMTP_URL, MAIL_FROM), for steps that name no server of their own. */
  server: MailServer | undefined;
  from: Mailbox | undefined;
  /** Looks a host up once and judges every address that it has by the rule of the door. */
  judgeHost(server: Pick<MailServer, 'host' | 'port'>): Promise<Outcome<JudgedHost, ErrorCode>>;
  /** Certificates to trust instead of the system's, PEM. */
  ca?: string[];
}

/** Ports on which servers take mail in; another one is only dialled when the operator lists it. */
const mailPorts = new Set([25, 465, 587, 2525]);

/** Makes the judge of mail servers. A name of which one address is not public is refused, as the door does. */
export function createHostJudge(allow: OutboundAllow, resolveName: ResolveName = (name, done) => lookup(name, { all: true }, done)) {
  return async ({ host, port }: Pick<MailServer, 'host' | 'port'>): Promise<Outcome<JudgedHost, ErrorCode>> => {
    const refuse = (why: string) =>
      failed(
        'destination_not_allowed' as const,
        `The mail server ${host}:${port} may not be called: ${why}; the operator can list it in OUTBOUND_ALLOW.`,
      );
    const isListed = (address: string) => isExplicitlyAllowed(allow, { host, port, address });
    const found = isIP(host) !== 0 ? ok([host]) : await resolve(resolveName, host);
    if (!found.ok) return found;
    const [address] = found.value;
    if (address === undefined) return failed('email_unreachable', `The mail server ${host} has no address.`);
    if (found.value.every(isListed)) return ok({ address, isListed: true });
    if (!found.value.every((one) => isListed(one) || isPublicAddress(one))) return refuse('it is not on the open internet');
    return mailPorts.has(port) ? ok({ address, isListed: false }) : refuse('that is not a port for mail (25, 465, 587 or 2525)');
  };
}

async function resolve(resolveName: ResolveName, host: string): Promise<Outcome<string[], ErrorCode>> {
  return await new Promise((done) => {
    resolveName(host, (error, addresses) => {
      if (error) done(failed('email_unreachable', `The mail server ${host} could not be looked up: ${describeError(error)}.`));
      else done(ok(addresses.map(({ address }) => address)));
    });
  });
}
