import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename, dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { changeRefs } from './push-events.ts';
import { findRepository, fullName, type Account, type Repository, type World } from './world.ts';

/** The parts of a git URL: `/owner/name[.git]/<service>`. */
export interface GitRequestPath {
  name: string;
  service: string;
}

/** Recognises what a git client asks for over smart HTTP. */
export function parseGitPath(path: string): GitRequestPath | undefined {
  const match = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(path);
  if (!match) return undefined;
  const [, owner = '', name = '', service = ''] = match;
  return { name: `${decodeURIComponent(owner)}/${decodeURIComponent(name)}`, service };
}

/** Serves clone, fetch and push through `git http-backend`; a push is followed by what GitHub does after one. */
export async function serveGit(
  world: World,
  exchange: { request: IncomingMessage; response: ServerResponse },
  path: GitRequestPath,
): Promise<void> {
  const { request, response } = exchange;
  const query = new URL(request.url ?? '/', world.url).search;
  const found = findRepository(world, path.name);
  if (!found) return refuse(response, 404, 'Repository not found.');
  const { repository, moved } = found;
  if (moved) {
    response.writeHead(301, { Location: `${world.url}/${fullName(repository)}.git/${path.service}${query}` }).end();
    return;
  }
  const pushing = path.service === 'git-receive-pack' || query.includes('service=git-receive-pack');
  if (pushing && repository.archived) return refuse(response, 403, 'This repository was archived so it is read-only.');
  const variables = cgiVariables(repository, { request, service: path.service, query });
  if (path.service !== 'git-receive-pack') return runBackend(world, exchange, variables).then((finish) => finish());
  const sender = pusherOf(world, request);
  // The client's answer ends only after the deliveries are queued, so whoever saw the push end can wait for them.
  const finish = await changeRefs(world, repository, { sender, change: () => runBackend(world, exchange, variables) });
  finish();
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain' }).end(`${message}\n`);
}

/** Anybody on this machine may push; the user name of basic authentication says who it was. */
function pusherOf(world: World, request: IncomingMessage): Account {
  const [, encoded] = /^Basic (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const login = Buffer.from(encoded ?? '', 'base64')
    .toString()
    .split(':')[0];
  return world.accounts.get((login ?? '').toLowerCase()) ?? world.pusher;
}

function cgiVariables(
  repository: Repository,
  { request, service, query }: { request: IncomingMessage; service: string; query: string },
): Record<string, string> {
  const header = (name: string): string => String(request.headers[name] ?? '');
  return {
    GIT_PROJECT_ROOT: dirname(repository.gitDirectory),
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `/${basename(repository.gitDirectory)}/${service}`,
    REQUEST_METHOD: request.method ?? 'GET',
    QUERY_STRING: query.slice(1),
    CONTENT_TYPE: header('content-type'),
    CONTENT_LENGTH: header('content-length'),
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    GIT_PROTOCOL: header('git-protocol'),
    REMOTE_ADDR: request.socket.remoteAddress ?? '127.0.0.1',
  };
}

/** Streams the request in and the answer out; the returned function ends the answer. */
async function runBackend(
  world: World,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  variables: Record<string, string>,
): Promise<() => void> {
  const filled = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const child = world.git.start(['http-backend'], filled);
  const stop = (): boolean => child.kill();
  response.once('close', stop);
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  child.stderr.resume();
  // The backend may answer without reading everything (a refused push); that is no failure of ours.
  pipeline(request, child.stdin).catch(() => undefined);
  await Promise.all([forwardCgi(child.stdout, response), ended]);
  response.off('close', stop);
  return () => {
    if (!response.headersSent) response.writeHead(500);
    response.end();
  };
}

async function forwardCgi(output: Readable, response: ServerResponse): Promise<void> {
  let head = Buffer.alloc(0);
  let inBody = false;
  for await (const chunk of output as AsyncIterable<Buffer>) {
    if (inBody) {
      if (!response.write(chunk)) await drained(response);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) continue;
    inBody = true;
    writeCgiHead(response, head.toString('utf8', 0, end));
    response.write(head.subarray(end + 4));
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve();
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
  });
}

function writeCgiHead(response: ServerResponse, head: string): void {
  let status = 200;
  const headers: [string, string][] = [];
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else headers.push([name, value]);
  }
  response.writeHead(status, Object.fromEntries(headers));
}
