import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { deliver, webhookSecret } from '../../test/support/test-app.ts';
import { createLog } from '../core/log.ts';
import type { AcceptDelivery } from '../flow/accept-delivery.ts';
import { createIntake } from './intake.ts';

/** The door alone, with a store that does as the test says. */
async function openDoor(accept: AcceptDelivery): Promise<{ url: string } & AsyncDisposable> {
  const intake = createIntake({ secrets: [webhookSecret], accept, log: createLog({ level: 'silent' }), commitDeadlineMs: 50 });
  const server = createServer(intake);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A signed push of 20 MiB. */
function large(): { event: string; payload: unknown; body: Buffer } {
  const payload = { ref: 'refs/heads/main', repository: { id: 1 }, padding: 'x'.repeat(20 * 1024 * 1024) };
  return { event: 'push', payload, body: Buffer.from(JSON.stringify(payload)) };
}

describe('the intake', () => {
  test('counts the bodies of a store that hangs although their senders have their answer', async () => {
    const stored = Promise.withResolvers<{ result: 'known' }>();
    let accepted = 0;
    await using door = await openDoor(() => {
      accepted += 1;
      return stored.promise;
    });
    for (let sent = 0; sent < 3; sent += 1) expect((await deliver(door.url, large())).status).toBe(503);
    expect(accepted).toBe(3);
    expect((await deliver(door.url, large())).status).toBe(503);
    expect(accepted).toBe(3);
    stored.resolve({ result: 'known' });
    expect((await deliver(door.url, large())).status).toBe(202);
  });
});
