import type { ServerResponse } from 'node:http';
import type { ApiCall, Failure, Json, World } from './world.ts';

/** What is about to be sent. */
interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** The planned failure that a request meets, and counts; undefined when all is well. */
export function takeFailure(world: World, call: ApiCall): Failure | undefined {
  const found = world.failures.find(({ failure }) => fits(world, failure, call));
  if (!found) return undefined;
  found.left -= 1;
  if (found.left <= 0) world.failures.splice(world.failures.indexOf(found), 1);
  return found.failure;
}

function fits(world: World, failure: Failure, call: ApiCall): boolean {
  return (
    (failure.method === undefined || failure.method === call.method) &&
    (failure.path === undefined || call.path.includes(failure.path)) &&
    (failure.moreIdsThan === undefined || countIds(call.body) > failure.moreIdsThan) &&
    (failure.account === undefined || failure.account.toLowerCase() === accountOf(world, call))
  );
}

/** How many nodes a GraphQL query asks for by `$ids`. */
function countIds(body: string): number {
  const ids = body.startsWith('{') ? (JSON.parse(body) as { variables?: { ids?: unknown } }).variables?.ids : undefined;
  return Array.isArray(ids) ? ids.length : 0;
}

/** Whose installation a request is made for, in lower case: by its token, or by the installation that it asks a token for. */
function accountOf(world: World, call: ApiCall): string | undefined {
  const token = (call.headers['authorization'] ?? '').split(' ').at(-1) ?? '';
  const [, id] = /^\/app\/installations\/(\d+)/.exec(call.path) ?? [];
  const installation = world.tokens.get(token)?.installation ?? world.installations.get(Number(id));
  return installation?.account.login.toLowerCase();
}

/** The true answer with the fields that the failure lies about. */
export function lie(body: unknown, failure: Failure): unknown {
  return failure.fields && typeof body === 'object' && body !== null && !Array.isArray(body)
    ? { ...(body as Json), ...failure.fields }
    : body;
}

/** Sends an answer, or as much of it as the failure lets through. */
export function sendAnswer(response: ServerResponse, answer: Answer, failure: Failure | undefined): void {
  const half = answer.body.subarray(0, Math.floor(answer.body.length / 2));
  if (failure?.cut === 'broken') {
    response.writeHead(answer.status, { ...answer.headers, 'content-length': String(answer.body.length) });
    // Only when the half is on its way, or nothing of it would arrive.
    response.write(half, () => response.destroy());
    return;
  }
  response.writeHead(answer.status, answer.headers).end(failure?.cut === 'quiet' ? half : answer.body);
}
