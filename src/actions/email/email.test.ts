import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { actionTools, createTestDoor } from '../../../test/support/action-tools.ts';
import { attemptContext } from '../../../test/support/attempt-context.ts';
import { tlsCertificate } from '../../../test/support/tls-certificate.ts';
import type { AttemptContext, AttemptOutcome } from '../action.ts';
import type { ResolveName } from '../door.ts';
import { parseOutboundAllow } from '../outbound-allow.ts';
import { mailTools } from './contract.fixture.ts';
import { emailInput, kind } from './index.ts';
import { createHostJudge, type MailTools } from './mail-tools.ts';

interface Taken {
  from: string;
  to: string[];
  user: string | undefined;
  secure: boolean;
  text: string;
}

const taken: Taken[] = [];
const servers: SMTPServer[] = [];
const door = createTestDoor();

/** Starts a mail server that keeps what it takes and answers its port. */
async function startServer(options: SMTPServerOptions): Promise<number> {
  const server = new SMTPServer({
    logger: false,
    closeTimeout: 100,
    authOptional: true,
    ...tlsCertificate,
    onAuth: ({ username = '', password }, _session, done) =>
      password === 'geheim@1' ? done(null, { user: username }) : done(Object.assign(new Error(`not ${password}`), { responseCode: 535 })),
    onRcptTo: ({ address }, _session, done) => {
      const responseCode = address.startsWith('gone') ? 550 : address.startsWith('full') ? 452 : undefined;
      done(responseCode === undefined ? undefined : Object.assign(new Error(`no ${address}`), { responseCode }));
    },
    onData(stream, session, done) {
      let text = '';
      stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        taken.push({ from, to: rcptTo.map(({ address }) => address), user: session.user, secure: session.secure, text });
        done(null, 'queued as 4711');
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return (server.server.address() as AddressInfo).port;
}

/** Every name is this machine; the operator lists these destinations. */
function tools(listed: string, given: Partial<MailTools> = {}): MailTools {
  const allow = parseOutboundAllow(listed);
  if (!allow.ok) throw new Error(allow.message);
  const resolveName: ResolveName = (_name, done) => done(null, [{ address: '127.0.0.1', family: 4 }]);
  return mailTools({ judgeHost: createHostJudge(allow.value, resolveName), ca: [tlsCertificate.cert], ...given });
}

async function send(input: object, mail: MailTools, changes: Partial<AttemptContext<unknown>> = {}): Promise<AttemptOutcome> {
  return await kind.run(attemptContext(emailInput.parse(input), changes), actionTools({ door, mail }));
}

const letter = { from: 'RepoWatch <watch@acme.test>', to: 'ada@acme.test', subject: 'Gruß', text: 'hello' };
let plain: number;
let withStartTls: number;
let withTls: number;

beforeAll(async () => {
  plain = await startServer({ disabledCommands: ['STARTTLS'] });
  withStartTls = await startServer({});
  withTls = await startServer({ secure: true });
});
beforeEach(() => void (taken.length = 0));
afterAll(async () => {
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(resolve))));
  await door.close();
});

describe('a message', () => {
  test('goes to everybody with one Message-ID for every try, and says what was dropped', async () => {
    const input = {
      ...letter,
      connection: `smtp://127.0.0.1:${plain}`,
      to: ['Ada <ada@acme.test>', 'gone@acme.test'],
      cc: 'full@acme.test',
      bcc: ['bob@acme.test'],
      reply_to: 'team@acme.test',
      html: '<b>hello</b>',
    };
    const outcome = await send(input, tools('127.0.0.1'));
    const id = '<key-1@acme.test>';
    expect(outcome).toMatchObject({
      result: 'succeeded',
      outputs: {
        message_id: id,
        accepted: ['ada@acme.test', 'bob@acme.test'],
        dropped: [
          { address: 'gone@acme.test', reason: '550 no gone@acme.test' },
          { address: 'full@acme.test', reason: '452 no full@acme.test' },
        ],
        response: '250 queued as 4711',
      },
      record: {
        request: { method: 'MAIL', headers: { 'message-id': id } },
        log: expect.arrayContaining([expect.stringContaining('gone@acme.test')]),
      },
    });
    await send(input, tools('127.0.0.1'), { attempt: 2 });
    expect(taken.map(({ text }) => /^Message-ID: (.*)$/m.exec(text)?.[1]?.trim())).toEqual([id, id]);
    const [first] = taken as [Taken];
    expect(first).toMatchObject({ from: 'watch@acme.test', to: ['ada@acme.test', 'bob@acme.test'] });
    for (const header of ['From: RepoWatch <watch@acme.test>', 'Reply-To: team@acme.test', 'Auto-Submitted: auto-generated'])
      expect(first.text).toContain(header);
    expect(first.text).toMatch(/^Subject: =\?UTF-8\?/m);
    expect(first.text).not.toContain('bob@acme.test');
  });

  test('nobody to take it is a failure of its own kind', async () => {
    const connection = `smtp://127.0.0.1:${plain}`;
    expect(await send({ ...letter, connection, to: 'gone@acme.test' }, tools('127.0.0.1'))).toMatchObject({
      code: 'email_refused',
      retryable: false,
    });
    expect(await send({ ...letter, connection, to: 'full@acme.test' }, tools('127.0.0.1'))).toMatchObject({
      code: 'email_failed',
      retryable: true,
    });
  });

  test('the operator’s server sends as the operator’s sender, whatever a step says', async () => {
    const operator = {
      server: { secure: false, host: '127.0.0.1', port: plain, login: undefined },
      from: { name: '', address: 'ops@acme.test' },
    };
    const { from: _from, ...anonymous } = letter;
    expect(await send(anonymous, tools('127.0.0.1', operator))).toMatchObject({ result: 'succeeded' });
    expect(taken[0]).toMatchObject({ from: 'ops@acme.test' });
    expect(emailInput.safeParse(letter).error?.issues[0]?.path).toEqual(['from']);
    expect(await send(anonymous, tools('127.0.0.1'))).toMatchObject({
      code: 'action_input_invalid',
      message: expect.stringContaining('SMTP_URL'),
    });
  });
});

describe('encryption and credentials', () => {
  test.each([
    ['smtps', () => withTls],
    ['smtp', () => withStartTls],
  ])('%s signs in over TLS, judged by the name in the address', async (scheme, port) => {
    const connection = `${scheme}://ada:geheim%401@tls.example:${port()}`;
    const mail = tools('127.0.0.1');
    expect(await send({ ...letter, connection }, mail)).toMatchObject({ result: 'succeeded' });
    expect(taken[0]).toMatchObject({ user: 'ada', secure: true });
    const other = await send({ ...letter, connection: connection.replace('tls.example', 'other.example') }, mail);
    expect(other).toMatchObject({ code: 'email_insecure', retryable: false });
    const { ca: _ca, ...untrusting } = mail;
    expect(await send({ ...letter, connection }, untrusting)).toMatchObject({ code: 'email_insecure' });
    expect(taken).toHaveLength(1);
  });

  test('without STARTTLS nothing is sent, unless the operator lists the server', async () => {
    const judgeHost: MailTools['judgeHost'] = () => Promise.resolve({ ok: true, value: { address: '127.0.0.1', isListed: false } });
    const connection = `smtp://ada:geheim%401@tls.example:${plain}`;
    expect(await send({ ...letter, connection }, tools('', { judgeHost }))).toMatchObject({ code: 'email_insecure', retryable: false });
    expect(taken).toEqual([]);
  });

  test('a wrong password is final, and a server that repeats it tells nobody', async () => {
    const connection = `smtps://ada:wrongwrong@tls.example:${withTls}`;
    const outcome = await send({ ...letter, connection }, tools('127.0.0.1'));
    expect(outcome).toMatchObject({ code: 'email_refused', retryable: false, message: expect.stringContaining('***') });
    expect(JSON.stringify(outcome)).not.toContain('wrongwrong');
  });

  test('a secret only goes to servers that it may go to', async () => {
    const asked: string[] = [];
    await send({ ...letter, connection: `smtp://127.0.0.1:${plain}` }, tools('127.0.0.1'), {
      checkDestination: (url) => void asked.push(url.host),
    });
    expect(asked).toEqual([`127.0.0.1:${plain}`]);
  });
});

describe('the rule of the door', () => {
  const at =
    (...addresses: string[]): ResolveName =>
    (_name, done) =>
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
  const judge = async (listed: string, host: string, options: { port?: number; addresses?: string[] } = {}) => {
    const allow = parseOutboundAllow(listed);
    if (!allow.ok) throw new Error(allow.message);
    const judged = await createHostJudge(allow.value, at(...(options.addresses ?? ['93.184.216.34'])))({ host, port: options.port ?? 587 });
    return judged.ok ? judged.value : judged.code;
  };

  test.each([
    '127.0.0.1',
    '10.0.0.1',
    '169.254.169.254',
    '192.168.1.1',
    '0.0.0.0',
    '::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    'fe80::1',
  ])('%s is refused, as it is and as what a name resolves to', async (address) => {
    expect(await judge('', address)).toBe('destination_not_allowed');
    expect(await judge('', 'mail.test', { addresses: ['93.184.216.34', address] })).toBe('destination_not_allowed');
  });

  test('public servers are dialled at mail ports, by the address that was judged; listed ones anywhere', async () => {
    expect(await judge('', 'mail.test')).toEqual({ address: '93.184.216.34', isListed: false });
    expect(await judge('', 'mail.test', { port: 6379 })).toBe('destination_not_allowed');
    expect(await judge('mail.test', 'mail.test', { port: 6379, addresses: ['10.0.0.1'] })).toEqual({ address: '10.0.0.1', isListed: true });
    expect(await judge('10.0.0.0/8', 'mail.test', { addresses: ['10.0.0.1', '10.1.0.1'] })).toEqual({
      address: '10.0.0.1',
      isListed: true,
    });
    expect(await judge('10.0.0.0/8', 'mail.test', { addresses: ['10.0.0.1', '11.0.0.1'] })).toEqual({
      address: '10.0.0.1',
      isListed: false,
    });
    expect(await judge('', 'mail.test', { addresses: [] })).toBe('email_unreachable');
  });
});

test.each([
  [{ ...letter, connection: 'smtp://x', subject: 'a\r\nBcc: b@x.test' }],
  [{ ...letter, connection: 'smtp://x', subject: 'a\nb' }],
  [{ ...letter, connection: 'smtp://x', text: undefined }],
])('%j is refused by the schema', (input) => {
  expect(emailInput.safeParse(input).success).toBe(false);
});

test('fifty recipients at most, in all lists together', async () => {
  const boxes = (count: number) => Array.from({ length: count }, (_, index) => `u${index}@acme.test`);
  const outcome = await send({ ...letter, connection: 'smtp://127.0.0.1:1', to: boxes(30), cc: boxes(21) }, tools(''));
  expect(outcome).toMatchObject({ code: 'action_input_invalid', message: expect.stringContaining('51 recipients') });
});
