import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import nock from 'nock';
import { createLog } from '../../src/core/log.ts';
import { createClients, type ClientOptions, type Clients } from '../../src/github/clients.ts';
import { testPrivateKey } from './private-key.ts';

/** The address of the mocked API. Nothing listens there; with a path like Enterprise Server's, so that a lost base path shows. */
export const mockedApi = 'https://ghe.example/api/v3';

const privateKey = testPrivateKey('pkcs8');

/** Real clients that talk to the mocked API, or to another. */
export function mockedClients(options: Partial<ClientOptions> = {}): Clients {
  return createClients({ appId: '4242', privateKey, apiUrl: `${mockedApi}/`, log: createLog({ level: 'silent' }), ...options });
}

/**
 * For a test file: lets no request out but to this machine, checks after each test that all expected requests came, and
 * gives node:net and fetch back to whichever file comes next in this process.
 */
export function useMockedGitHub(): void {
  beforeAll(() => {
    if (!nock.isActive()) nock.activate();
    nock.disableNetConnect();
    nock.enableNetConnect('127.0.0.1');
  });
  afterEach(() => {
    const pending = nock.pendingMocks();
    nock.cleanAll();
    expect(pending).toEqual([]);
  });
  afterAll(() => {
    nock.enableNetConnect();
    nock.restore();
  });
}

/** What the mocked API answers. */
export type Answer = [status: number, body: nock.Body, headers?: Record<string, string>];

/** Expects a GET of a path, with its query as it goes over the wire, and answers it. */
export function mockGet(path: string, answer: Answer): void {
  nock(mockedApi)
    .get(path)
    .reply(...answer);
}

/** The headers of a page that is followed by another. */
export function nextPage(path: string): Record<string, string> {
  return { link: `<${mockedApi}${path}>; rel="next", <${mockedApi}${path}>; rel="last"` };
}

/** Expects one token to be made for an installation. */
export function mockToken(installation = 77, token = 'ghs_0123456789012345678901234567890123456789'): nock.Scope {
  return nock(mockedApi)
    .post(`/app/installations/${installation}/access_tokens`)
    .reply(201, { token, expires_at: new Date(Date.now() + 3_600_000).toISOString(), permissions: { contents: 'read' } });
}
