import { once } from 'node:events';
import { styleText } from 'node:util';
import { describeError } from '../core/errors.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { startListening, type HeardRequest } from './listening-server.ts';
import type { SignatureVerdict } from './judge-signature.ts';

/** What was asked for on the command line. */
export interface ListenOptions {
  port: string;
  host: string;
  secret?: string[];
  status?: string[];
  retryAfter?: string;
  quiet?: true;
  json?: true;
}

/** Headers that say nothing about the message. */
const plainHeaders = new Set(['host', 'connection', 'content-length', 'accept-encoding', 'accept', 'user-agent']);

const colours: Record<SignatureVerdict, Parameters<typeof styleText>[0]> = {
  verified: 'green',
  invalid: 'red',
  late: 'yellow',
  unsigned: 'yellow',
  unchecked: 'dim',
};

/** `repowatch listen`: a receiver that prints what is sent to it, verifies signatures, and answers as it was told. Until Ctrl-C. */
export async function listen(context: CommandContext, options: ListenOptions): Promise<ExitCode> {
  const port = Number(options.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    return refuse(context, `--port ${options.port} is no port; give a number up to 65535.`);
  const statuses = (options.status ?? ['200']).map(Number);
  const bad = statuses.findIndex((status) => !Number.isInteger(status) || status < 200 || status > 599);
  if (bad !== -1) return refuse(context, `--status ${options.status![bad]} is no status; give a number from 200 to 599.`);
  const stop = context.listenForStop();
  let server;
  try {
    server = await startListening({
      host: options.host,
      port,
      keys: options.secret ?? [],
      statuses,
      retryAfter: options.retryAfter,
      hear: (request) => show(context, request, options),
    });
  } catch (error) {
    return refuse(context, `Nothing can listen at ${options.host}:${port} (${describeError(error)}). Choose another --port.`);
  }
  context.tell(`Listening at ${server.url}; ${server.url}/results has what came. Ctrl-C ends it.`);
  if (!stop.aborted) await once(stop, 'abort');
  await server.close();
  return 0;
}

function refuse(context: CommandContext, message: string): ExitCode {
  context.tell(message);
  return 1;
}

function show(context: CommandContext, request: HeardRequest, { json, quiet }: ListenOptions): void {
  if (json) return context.print(JSON.stringify(request));
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    context.coloured ? styleText(style, text, { validateStream: false }) : text;
  const type = (request.body as { type?: unknown } | null)?.type;
  const id = request.headers['webhook-id'];
  const facts = [
    request.received_at.slice(11, 19),
    paint('bold', `${request.method} ${printable(request.path)}`),
    paint(colours[request.signature], request.signature),
    typeof type === 'string' ? printable(type) : undefined,
    id === undefined ? undefined : printable(String(id)),
    request.repeated ? 'again' : undefined,
    `answered ${request.status}`,
  ];
  context.print(facts.filter((fact) => fact !== undefined).join('  '));
  if (quiet) return;
  for (const [name, value] of Object.entries(request.headers))
    if (!plainHeaders.has(name)) context.print(paint('dim', `  ${name}: ${printable(String(value))}`));
  const body = typeof request.body === 'string' ? request.body : JSON.stringify(request.body, null, 2);
  if (body !== '') for (const line of body.split('\n')) context.print(`  ${printable(line)}`);
}

/** Strangers write it: control characters must not reach the terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?');
}
