import type { IncomingMessage, ServerResponse } from 'node:http';
import { Registry } from 'prom-client';
import { createLog } from '../../src/core/log.ts';
import { failed, ok } from '../../src/core/outcome.ts';
import type { Db } from '../../src/db/connect.ts';
import type { HttpActions, HttpOptions } from '../../src/http/http-options.ts';
import { createHttpServer, type HttpServer } from '../../src/http/server.ts';

/** The token of every test server. */
export const testToken = 'test-admin-token-0123456789';

/** What is sent to be let in. */
export const withToken = { authorization: `Bearer ${testToken}` };

/** Actions that succeed without doing anything. */
export const testActions: HttpActions = {
  retryDelivery: async (id) => ok({ id }),
  replayRun: async (id, config) => ok({ id: '4711', config, replayOf: id }),
  runs: {
    redrive: async (id) => ok({ id }),
    requestBulk: async () => ok({ jobId: null, matched: 0, cooling: 0, runs: [] }),
    unblock: async ({ lane, skip }) => ok({ lane, run: '1', action: skip ? 'skipped' : 'redriven' }),
    resetBreaker: async () => true,
    loopWindowMs: 600_000,
    readParameters: async () => ({}),
  },
  projects: {
    readAddress: (text) => ok(text),
    create: async () => '1',
    change: async () => {},
    remove: async () => ({ actions: 0, parameters: 0, secrets: 0, members: 0, repositories_unfollowed: 0 }),
    follow: async () => true,
    link: async () => {},
    setMember: async () => true,
    addAction: async () => '1',
    changeAction: async () => {},
    replaceAction: async () => {},
    removeAction: async () => ({ secrets: 0, parameters: 0 }),
    addParameter: async () => {},
    setParameter: async () => {},
    trigger: async () => [],
    export: async () => ({
      words: { name: 'Website', enabled: true, branches: ['main'], checkInterval: 5, follow: 'selected' },
      repositories: [],
      leftOut: [],
      actions: [],
      secrets: [],
      members: [],
    }),
    import: async () => ({ status: 'skipped', id: '1', secretsToSet: [] }),
  },
  triggers: {
    register: async () => ok({ id: '1', secret: 'a'.repeat(64) }),
    import: async () => ok({ id: '1', created: true }),
    rotate: async ({ id }) => ok({ id, secret: 'b'.repeat(64) }),
    change: async ({ id }) => ok({ id }),
    forget: async (id) => ok({ id }),
  },
  cancelRun: async (id) => ok({ id }),
  requestManualRun: async () => ok({ changeId: '1' }),
  github: { act: async () => ok({}), propose: async () => ok({}), openIssues: async () => ok({ jobId: '1', requested: 0 }) },
  presence: {
    timeoutMs: 30_000,
    join: async () => ok({ connection: 'c-1', head: '0'.repeat(40) }),
    leave: async () => undefined,
    keep: async () => [],
  },
  explainLayers: async () => undefined,
  watches: { put: async () => ok({ created: true }), switch: async () => ok(undefined), delete: async () => ok(undefined) },
  hooks: {
    list: async () => [],
    put: async () => failed('not_found', 'none'),
    patch: async () => failed('not_found', 'none'),
    delete: async () => ok([]),
    copy: async () => ok([]),
    putDefault: async () => failed('not_found', 'none'),
    deleteDefault: async () => ok([]),
  },
  tickets: {
    create: async () => failed('not_found', 'There is no repository 1.'),
    createOfIssue: async () => failed('not_found', 'There is no repository 1.'),
    createIssue: async () => failed('not_found', 'There is no ticket 1.'),
    testConnection: async () => failed('not_found', 'There is no repository 1.'),
  },
  trials: {
    validate: async () => ({ status: 'ok', problems: [], watches: [] }),
    simulate: async () =>
      ok({ status: 'ok', problems: [], repository: null, summary: '', complete: true, watches: [], changes: [], missing: [] }),
    explainStanding: async () => undefined,
  },
  requestRecovery: async () => ({ ok: true, value: { requested: true as const } }),
  requestReconcile: async () => ok({ jobId: '1', requested: 1 }),
  cancelJob: async (id) => ok({ id }),
  enableDestination: async () => ok({}),
  standing: {
    switchRepository: async () => ok({}),
    switchInstallation: async () => ok({}),
    confirmSecretsOwner: async () => ok({ confirmed: 0 }),
    listWebhooks: async () => ok([]),
    requestMembers: async () => ok({ requested: true as const }),
    recheckConfig: async () => ok({ requested: true as const }),
    purgeInstallation: async () => ok({ repositories: 0, changes: 0, runs: 0, deliveries: 0, secrets: 0 }),
  },
  secrets: {
    put: async () => ok({ created: true, version: 1 }),
    delete: async () => ok(undefined),
    findUses: async () => [],
    findMissing: async () => [],
    readKeys: async () => ({ current: 'k1', keys: [], remaining: 0, unreadable: 0 }),
    rotateKey: async () => ok({ jobId: '1' }),
  },
  beginInstallation: async () => ok({ id: '1', installUrl: 'https://github.com/apps/repowatch/installations/new?state=s' }),
  cancelInstallation: async (id) => ok({ id }),
  listInstallationRequests: async () => ok([]),
  examine: async () => ({ status: 'ok', checked_at: '2026-11-21T00:00:00.000Z', findings: [] }),
};

/** A listening server that closes itself, and the lines it logged. */
export interface TestHttpServer extends HttpServer {
  base: string;
  lines: string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts the HTTP side on a free port of the loopback, with parts that answer well unless replaced. */
export async function startHttp(db: Db, replaced: Partial<HttpOptions> = {}): Promise<TestHttpServer> {
  const lines: string[] = [];
  const server = await createHttpServer({
    db,
    settings: { host: '127.0.0.1', port: 0, adminToken: testToken },
    log: createLog({ level: 'debug', write: (line) => void lines.push(line) }),
    intake: (_request: IncomingMessage, response: ServerResponse) => void response.writeHead(202).end('taken'),
    actions: testActions,
    health: async () => ({ database: true, queue: true, details: {} }),
    metrics: new Registry(),
    version: '0.0.0-test',
    kinds: [],
    ...replaced,
  });
  return { ...server, base: `http://127.0.0.1:${server.port}`, lines, [Symbol.asyncDispose]: () => server.close(1_000) };
}
