import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { createHostJudge, type MailTools } from './mail-tools.ts';
import { parseOutboundAllow } from '../outbound-allow.ts';
import type { KindContract, Manner, Receiver } from '../../../test/support/kind-contract.ts';

/** The tools for mail of a test: servers on this machine are listed. */
export function mailTools(given: Partial<MailTools> = {}): MailTools {
  const allow = parseOutboundAllow('127.0.0.1');
  if (!allow.ok) throw new Error(allow.message);
  return { server: undefined, from: undefined, judgeHost: createHostJudge(allow.value), ...given };
}

/** How the kind is held to its contract: at the other end stands a mail server. */
export const contract: KindContract = {
  input: (url) => ({ connection: url, from: 'watch@acme.test', to: ['ada@acme.test'], subject: 'Pushed', text: 'hello' }),
  bad: { to: 'ada@acme.test', subject: 'one\r\nBcc: eve@evil.test', text: 'hello' },
  refused: 'email_refused',
  overloaded: 'email_failed',
  tools: () => ({ mail: mailTools() }),
  createReceiver,
};

async function createReceiver(): Promise<Receiver> {
  const keys: string[] = [];
  let manner: Manner = 'accept';
  let connections = 0;
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    closeTimeout: 100,
    onConnect(_session, done) {
      connections += 1;
      if (manner !== 'hang') done();
    },
    onData(stream, _session, done) {
      let text = '';
      stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      stream.on('end', () => {
        keys.push(/^Message-ID:\s*(\S+)/im.exec(text)?.[1] ?? 'none');
        const refuse = (responseCode: number) => done(Object.assign(new Error('This mailbox is not for you'), { responseCode }));
        if (manner === 'refuse') refuse(550);
        else if (manner === 'overload') refuse(451);
        else done(null, manner === 'huge' ? 'x'.repeat(3 * 1024 * 1024) : 'taken');
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    keys,
    requests: () => connections,
    behave: (next) => void (manner = next),
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
