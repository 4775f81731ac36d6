import { isIP } from 'node:net';
import { createTransport } from 'nodemailer';
import { z } from 'zod';
import type { ErrorCode } from '../../core/error-catalogue.ts';
import { catalogue } from '../../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { RepoWatchError } from '../../core/errors.ts';
import { toStorableText } from '../../core/storable.ts';
import type { ActionKind, ActionTools, AttemptContext, AttemptOutcome, AttemptRecord } from '../action.ts';
import { cutText } from '../plain-json.ts';
import { judgeMailFailure, oneLine } from './judge.ts';
import { explainMailbox, parseMailbox, parseMailServer, type Mailbox, type MailServer } from './mail-server.ts';
import type { JudgedHost, MailTools } from './mail-tools.ts';

const maxRecipients = 50;
const mailbox = z.string().min(3).max(500);
const mailboxes = z.union([mailbox, z.array(mailbox).max(maxRecipients)]);
const oneLineText = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\r\n\0]*$/, 'must be one line');
const body = z
  .string()
  .min(1)
  .max(1024 * 1024);

/** `with:` of an email step. */
export const emailInput = z
  .strictObject({
    connection: z
      .string()
      .min(1)
      .max(2000)
      .optional()
      .describe(
        'The mail server: smtps://user:password@host:465 or smtp://user:password@host:587, from a secret. Without it the operator’s (SMTP_URL).',
      ),
    from: mailbox.optional().describe('With connection: the sender. Without it, or with the operator’s server: MAIL_FROM.'),
    to: mailboxes.describe('One address or a list: name@host or Name <name@host>. At most 50 with cc and bcc.'),
    cc: mailboxes.optional().describe('Who gets a copy.'),
    bcc: mailboxes.optional().describe('Who gets a copy that nobody else sees.'),
    reply_to: mailbox.optional().describe('Where answers go.'),
    subject: oneLineText(500).describe('One line; a text with line breaks is refused, so that nobody can add headers.'),
    text: body.optional().describe('The message as plain text. It, html, or both.'),
    html: body.optional().describe('The message as HTML, as it stands: text of strangers in it is markup.'),
  })
  .superRefine(({ connection, from, text, html }, context) => {
    const complain = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (text === undefined && html === undefined) complain('text', 'is missing: give text, html or both');
    if (from !== undefined && connection === undefined)
      complain('from', 'belongs to connection: the operator’s server only sends as MAIL_FROM. Remove it, or name a server');
  });

type EmailInput = z.output<typeof emailInput>;
type Context = AttemptContext<EmailInput>;

/** How much of a message is stored, in bytes (handbook L10). */
const keptBytes = 4096;

/** Sends mail by SMTP: encrypted, to an address that the rule of the door lets through, under one Message-ID for every try. */
export const kind: ActionKind<typeof emailInput> = {
  name: 'email',
  title: 'Send an e-mail',
  schema: emailInput,
  secretFields: ['connection'],
  permissions: {},
  defaultTimeoutMs: 30_000,
  run: sendEmail,
};

/** What is sent and by whom, read from the inputs. */
interface Letter {
  server: MailServer;
  from: Mailbox;
  to: Mailbox[];
  cc: Mailbox[];
  bcc: Mailbox[];
  replyTo: Mailbox | undefined;
  messageId: string;
}

async function sendEmail(context: Context, { mail }: ActionTools): Promise<AttemptOutcome> {
  const letter = readLetter(context, mail);
  if (!letter.ok) return failure(letter.code, letter.message, {});
  const { server } = letter.value;
  const where = `${server.host.includes(':') ? `[${server.host}]` : server.host}:${server.port}`;
  const mask = createMask(context, server);
  const record: AttemptRecord = { request: recordLetter(context.input, letter.value, { where, mask }) };
  const stopped = () => failure('interrupted', `Sending by ${where} was stopped.`, record);
  if (context.signal.aborted) return stopped();
  try {
    context.checkDestination(new URL(`https://${where}/`));
  } catch (error) {
    if (error instanceof RepoWatchError) return failure(error.code, error.message, record);
    throw error;
  }
  const deadline = AbortSignal.timeout(context.timeoutMs);
  const over = AbortSignal.any([context.signal, deadline]);
  const judged = await until(over, mail.judgeHost(server));
  if (judged?.ok === false) return failure(judged.code, judged.message, record);
  try {
    const sent = judged && (await until(over, deliver(context, letter.value, { host: judged.value, mail, signal: over })));
    if (sent) return succeed(sent, { letter: letter.value, record, mask });
  } catch (error) {
    if (!over.aborted) {
      const { code, message } = judgeMailFailure(error, where, mask);
      return failure(code, toStorableText(message), record);
    }
  }
  const isTime = deadline.aborted || context.signal.reason?.name === 'TimeoutError';
  return isTime ? failure('email_timeout', `The mail server ${where} did not answer in the time allowed.`, record) : stopped();
}

function failure(code: ErrorCode, message: string, record: AttemptRecord): AttemptOutcome {
  return { result: 'failed', code, message, retryable: catalogue[code].retryable, record };
}

/** The value, or undefined when the time is over first. */
async function until<T>(over: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const stop = () => resolve(undefined);
  over.addEventListener('abort', stop, { once: true });
  if (over.aborted) stop();
  work.catch(() => undefined);
  return await Promise.race([work, promise]).finally(() => over.removeEventListener('abort', stop));
}

function readLetter(context: Context, mail: MailTools): Outcome<Letter, 'action_input_invalid'> {
  const { input, idempotencyKey } = context;
  const server = input.connection === undefined ? undefined : parseMailServer(input.connection);
  if (server?.ok === false) return server;
  const by = server?.value ?? mail.server;
  if (by === undefined)
    return failed('action_input_invalid', 'There is no mail server: give connection, or ask the operator to set SMTP_URL and MAIL_FROM.');
  const sender = input.from === undefined ? undefined : parseMailbox(input.from);
  if (sender?.ok === false) return failed(sender.code, `\`with.from\`: ${explainMailbox(context.mask(input.from!))}`);
  const from = sender?.value ?? mail.from;
  if (from === undefined) return failed('action_input_invalid', 'There is no sender: give from, or ask the operator to set MAIL_FROM.');
  const lists: Record<'to' | 'cc' | 'bcc' | 'reply_to', Mailbox[]> = { to: [], cc: [], bcc: [], reply_to: [] };
  for (const field of ['to', 'cc', 'bcc', 'reply_to'] as const) {
    for (const text of [input[field] ?? []].flat()) {
      const read = parseMailbox(text);
      if (!read.ok) return failed(read.code, `\`with.${field}\`: ${explainMailbox(context.mask(text))}`);
      lists[field].push(read.value);
    }
  }
  const { to, cc, bcc, reply_to: answers } = lists;
  const count = to.length + cc.length + bcc.length;
  if (to.length === 0 || count > maxRecipients)
    return failed(
      'action_input_invalid',
      `The message has ${count} recipients; there must be one in to, and at most ${maxRecipients} in all.`,
    );
  // Receivers drop a second message of the same id; strangers' names of hosts are not needed for it.
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
  const messageId = `<${idempotencyKey.replaceAll(/[^A-Za-z0-9_-]/g, '-')}@${domain}>`;
  return ok({ server: by, from, to, cc, bcc, replyTo: answers[0], messageId });
}

/** One conversation with the server, at the address that was judged. Rejects with the client's error. */
async function deliver(
  { input }: Context,
  letter: Letter,
  { host, mail, signal }: { host: JudgedHost; mail: MailTools; signal: AbortSignal },
): Promise<Sent> {
  const { server } = letter;
  const transport = createTransport({
    host: host.address,
    port: server.port,
    secure: server.secure,
    requireTLS: !server.secure && !host.isListed,
    tls: {
      ...(isIP(server.host) === 0 && { servername: server.host }),
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      ...(mail.ca && { ca: mail.ca }),
    },
    ...(server.login && { auth: { user: server.login.user, pass: server.login.password } }),
    maxResponseSize: 64 * 1024,
    connectionTimeout: 10_000,
    greetingTimeout: 15_000,
    socketCloseTimeout: 0,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const { from, to, cc, bcc, replyTo, messageId } = letter;
  return await transport.sendMail({
    signal,
    from,
    to,
    cc,
    bcc,
    ...(replyTo && { replyTo }),
    subject: input.subject,
    ...(input.text !== undefined && { text: input.text.toWellFormed() }),
    ...(input.html !== undefined && { html: input.html.toWellFormed() }),
    messageId,
    // RFC 3834: keeps out-of-office answers away.
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  });
}

/** What the client tells of a message that was taken for at least one recipient. */
interface Sent {
  accepted: unknown[];
  rejected: unknown[];
  rejectedErrors?: { recipient?: unknown; response?: unknown }[] | undefined;
  response: string;
}

function succeed(sent: Sent, told: { letter: Letter; record: AttemptRecord; mask: (text: string) => string }): AttemptOutcome {
  const { letter, record, mask } = told;
  const say = (text: unknown) => toStorableText(oneLine(mask(typeof text === 'string' ? text : '')));
  // Trying those again would write to the others a second time.
  const dropped = sent.rejected.map((address) => ({
    address: String(address),
    reason: say(sent.rejectedErrors?.find(({ recipient }) => recipient === address)?.response),
  }));
  const response = say(sent.response);
  record.response = { status: 250, headers: {}, body: response, truncated: sent.response.length > 500 };
  if (dropped.length > 0) record.log = dropped.map(({ address, reason }) => `Not sent to ${address}: ${reason}`);
  return {
    result: 'succeeded',
    outputs: { message_id: letter.messageId, accepted: sent.accepted.map(String), dropped, response },
    record,
  };
}

/** The message as it is stored: without blind copies' names in the head, and cut. */
function recordLetter(input: EmailInput, letter: Letter, { where, mask }: { where: string; mask: (text: string) => string }) {
  const list = (boxes: Mailbox[]) => mask(boxes.map(({ address }) => address).join(', '));
  const headers = {
    from: list([letter.from]),
    to: list(letter.to),
    ...(letter.cc.length > 0 && { cc: list(letter.cc) }),
    ...(letter.bcc.length > 0 && { bcc: list(letter.bcc) }),
    subject: mask(toStorableText(input.subject)),
    'message-id': letter.messageId,
  };
  const text = mask(toStorableText(input.text ?? input.html ?? ''));
  return { method: 'MAIL', url: `${letter.server.secure ? 'smtps' : 'smtp'}://${where}`, headers, body: cutText(text, keptBytes) };
}

/** Hides the password beside the values of secrets, in case the server repeats them. */
function createMask(context: Context, { login }: MailServer): (text: string) => string {
  const password = login?.password ?? '';
  const plain = login ? [Buffer.from(`\0${login.user}\0${password}`).toString('base64'), Buffer.from(password).toString('base64')] : [];
  const own = [password, ...plain].filter((value) => value.length >= 4);
  return (text) => context.mask(own.reduce((masked, value) => masked.replaceAll(value, '***'), text));
}
