import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { createDoor } from './door.ts';
import { parseOutboundAllow } from './outbound-allow.ts';

// Made for this test, good for nothing else: a self-signed certificate for tls.example.
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgeGh4mhAjBSDmSOqZ
hcGv2UZ2+n/ieLEv/jq3OPuo/ImhRANCAATlRVfH9KyykFDD5NsAWB0TFDkMvhkC
/FoGNZp7RjIiUNVxBZczF2GCV4glm+Z5oWhg4xBp0gqTyonInZQUy21n
-----END PRIVATE KEY-----
`;
const cert = `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUfKaoKPS7gxaYPDFXwvc6ojdQVEIwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLdGxzLmV4YW1wbGUwIBcNMjYxMTIxMTk1MTMyWhgPMjEyNjEw
MjgxOTUxMzJaMBYxFDASBgNVBAMMC3Rscy5leGFtcGxlMFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAE5UVXx/SsspBQw+TbAFgdExQ5DL4ZAvxaBjWae0YyIlDVcQWX
MxdhgleIJZvmeaFoYOMQadIKk8qJyJ2UFMttZ6NrMGkwHQYDVR0OBBYEFAUV726J
RUqW5B/P91zm33nA0rrhMB8GA1UdIwQYMBaAFAUV726JRUqW5B/P91zm33nA0rrh
MA8GA1UdEwEB/wQFMAMBAf8wFgYDVR0RBA8wDYILdGxzLmV4YW1wbGUwCgYIKoZI
zj0EAwIDSQAwRgIhAMniQ9wLZQ5GGhH7xzkgltU51KbwS0rQ2KWAZ5nM4RwGAiEA
gxNpVowW4tud/A5ZXMcLMLb8YKylbo4coZ3839DLJuk=
-----END CERTIFICATE-----
`;

test('certificates are verified: unknown issuers and other names are refused, whatever the operator allows', async () => {
  const server = createServer({ key, cert }, (_request, response) => response.end('hello'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const allow = parseOutboundAllow('127.0.0.1');
  if (!allow.ok) throw new Error(allow.message);
  const resolveName = (_name: string, callback: (error: null, addresses: { address: string; family: number }[]) => void) =>
    callback(null, [{ address: '127.0.0.1', family: 4 }]);
  const ask = async (host: string, ca?: string[]) => {
    const door = createDoor({ allow: allow.value, resolveName, ...(ca && { ca }) });
    const signal = new AbortController().signal;
    const answer = await door.request({
      url: `https://${host}:${port}/`,
      method: 'GET',
      headers: {},
      timeoutMs: 10_000,
      signal,
      maxBodyBytes: 100,
    });
    await door.close();
    return answer;
  };
  expect(await ask('tls.example')).toMatchObject({
    ok: false,
    code: 'webhook_unreachable',
    message: expect.stringContaining('self-signed'),
  });
  expect(await ask('other.example', [cert])).toMatchObject({
    ok: false,
    code: 'webhook_unreachable',
    message: expect.stringContaining('altnames'),
  });
  expect(await ask('tls.example', [cert])).toMatchObject({ ok: true, value: { status: 200 } });
  server.close();
  server.closeAllConnections();
});
