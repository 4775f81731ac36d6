import { generateKeyPairSync } from 'node:crypto';
import nock from 'nock';
import { createLog } from '../../src/core/log.ts';
import { createClients, type ClientOptions, type Clients } from '../../src/github/clients.ts';

/** The address of the mocked API. Nothing listens there; with a path like Enterprise Server's, so that a lost base path shows. */
export const mockedApi = 'https://ghe.example/api/v3';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

/** Real clients that talk to the mocked API, or to another. */
export function mockedClients(options: Partial<ClientOptions> = {}): Clients {
  return createClients({ appId: '4242', privateKey, apiUrl: `${mockedApi}/`, log: createLog({ level: 'silent' }), ...options });
}

/** Lets no request out but to this machine. */
export function closeNetwork(): void {
  if (!nock.isActive()) nock.activate();
  nock.disableNetConnect();
  nock.enableNetConnect('127.0.0.1');
}

/** Gives node:net and fetch back to whichever test file comes next in this process. */
export function openNetwork(): void {
  nock.cleanAll();
  nock.enableNetConnect();
  nock.restore();
}

/** Expects one token to be made for an installation. */
export function mockToken(installation = 77, token = 'ghs_0123456789012345678901234567890123456789'): nock.Scope {
  return nock(mockedApi)
    .post(`/app/installations/${installation}/access_tokens`)
    .reply(201, { token, expires_at: new Date(Date.now() + 3_600_000).toISOString(), permissions: { contents: 'read' } });
}
