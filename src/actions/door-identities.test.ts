import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { actionTools } from '../../test/support/action-tools.ts';
import { attemptContext } from '../../test/support/attempt-context.ts';
import { certificates } from '../../test/support/certificates.ts';
import { createDoor, type Door } from './door.ts';
import { DoorIdentities } from './door-identities.ts';
import { parseOutboundAllow } from './outbound-allow.ts';
import { kind } from './webhook/index.ts';
import { webhookInput } from './webhook/webhook-input.ts';

const { ca, serverCert, serverKey, clientCert, clientKey } = certificates;

const server = createServer({ key: serverKey, cert: serverCert, ca, requestCert: true, rejectUnauthorized: false }, (request, response) => {
  const socket = request.socket as TLSSocket;
  response.end(socket.authorized ? String(socket.getPeerCertificate().subject?.CN) : 'a stranger');
});
let door: Door;
let url = '';

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const allow = parseOutboundAllow('127.0.0.1');
  if (!allow.ok) throw new Error(allow.message);
  door = createDoor({ allow: allow.value, resolveName: (_name, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]) });
  url = `https://tls.example:${(server.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  await door.close();
  server.close();
  server.closeAllConnections();
});

const send = (input: object) => kind.run(attemptContext(webhookInput.parse({ url, ...input })), actionTools({ door }));

describe('a receiver with certificates of its own', () => {
  test('is not believed without its authority, is with it, and sees who comes; the connections are not mixed up', async () => {
    expect(await send({})).toMatchObject({ result: 'failed', code: 'webhook_unreachable', retryable: true });
    expect(await send({ ca })).toMatchObject({ outputs: { body: 'a stranger' } });
    expect(await send({ ca, client_cert: clientCert, client_key: clientKey })).toMatchObject({ outputs: { body: 'repowatch-client' } });
    expect(await send({ ca })).toMatchObject({ outputs: { body: 'a stranger' } });
    expect(await send({ ca: clientCert })).toMatchObject({ result: 'failed', code: 'webhook_unreachable' });
    expect(await send({})).toMatchObject({ result: 'failed', code: 'webhook_unreachable' });
  });

  test.each([
    ['no PEM', { ca: 'geheim' }],
    ['half a certificate', { ca: clientCert.slice(0, 200) }],
    ['a certificate without its key', { client_cert: clientCert }],
    ['a key without its certificate', { client_key: clientKey }],
    ['another key', { client_cert: clientCert, client_key: serverKey }],
    ['a key that is none', { client_cert: clientCert, client_key: '-----BEGIN PRIVATE KEY-----\ngeheim\n-----END PRIVATE KEY-----' }],
    ['a key instead of a certificate', { client_cert: clientKey, client_key: clientKey }],
  ])('%s is an input error that says nothing of what was given', async (_name, input) => {
    const outcome = await send(input);
    expect(outcome).toMatchObject({ result: 'failed', code: 'action_input_invalid', retryable: false });
    expect(JSON.stringify(outcome)).not.toMatch(/geheim|PRIVATE KEY/);
  });

  test('the address is judged as ever', async () => {
    expect(await send({ url: 'https://10.0.0.1/', ca })).toMatchObject({ code: 'destination_not_allowed', retryable: false });
  });
});

test('few identities are kept open, the least used one goes first', () => {
  const closed: number[] = [];
  let made = 0;
  const identities = new DoorIdentities(() => {
    const number = (made += 1);
    return { number, close: async () => void closed.push(number) };
  });
  // Every text between certificates makes another identity.
  const identity = (number: number) => ({ ca: `${number}\n${ca}` });
  for (let number = 1; number <= 64; number += 1) identities.open(identity(number));
  identities.open(identity(1));
  expect(identities.list()).toHaveLength(64);
  expect(closed).toEqual([]);
  identities.open(identity(65));
  expect(closed).toEqual([2]);
});
