import type { IncomingMessage, ServerResponse } from 'node:http';
import { describeError } from '../core/errors.ts';
import type { Controls } from './controls.ts';
import type { World } from './world.ts';

type Operation = (...args: unknown[]) => Promise<unknown>;

/**
 * The operations over HTTP, for tests and tools in other processes: `POST /_control/<operation>` with a JSON list of its
 * arguments (a single object may stand alone), answering `{ "result": … }` or status 422 with `{ "message": … }`.
 */
export async function serveControl(
  world: World,
  controls: Controls,
  exchange: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const { request, response } = exchange;
  const answer = (status: number, body: unknown): void => {
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  };
  // A web page must not drive it through the visitor's browser.
  if (request.headers.origin !== undefined) return answer(403, { message: 'The control API is not for browsers.' });
  const name = (request.url ?? '').slice('/_control/'.length).split('?')[0] ?? '';
  const operation = findOperation(world, controls, name);
  if (!operation) return answer(404, { message: `There is no operation ${name}.`, operations: Object.keys(operationsOf(world, controls)) });
  if (request.method !== 'POST') return answer(405, { message: 'Use POST with a JSON list of arguments.' });
  try {
    answer(200, { result: (await operation(...(await readArguments(request)))) ?? null });
  } catch (error) {
    answer(422, { message: describeError(error) });
  }
}

function operationsOf(world: World, controls: Controls): Record<string, unknown> {
  const functions = Object.entries(controls).filter(([name, value]) => typeof value === 'function' && name !== 'close');
  return { ...Object.fromEntries(functions), app: async () => describeApp(world, controls) };
}

function findOperation(world: World, controls: Controls, name: string): Operation | undefined {
  const operations = operationsOf(world, controls);
  return Object.hasOwn(operations, name) ? (operations[name] as Operation) : undefined;
}

/** What an App needs to know to connect: addresses and credentials. */
function describeApp(world: World, controls: Controls & { privateKey?: string }): unknown {
  const { app, url } = world;
  const { webhookSecret, webhookUrl } = app;
  return { url, apiUrl: `${url}/api/v3`, appId: app.id, privateKey: controls.privateKey, webhookSecret, webhookUrl };
}

async function readArguments(request: IncomingMessage): Promise<unknown[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const value: unknown = text === '' ? [] : JSON.parse(text);
  return Array.isArray(value) ? value : [value];
}
