import { expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { createReceiver } from './receiver.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

test('only what was signed with the secret, lately and over these bytes, is verified', async () => {
  const receiver = await createReceiver(secret);
  const send = async (body: string, signed: { body: string; at: Date; secret?: string }) => {
    const signature = new Webhook(signed.secret ?? secret).sign('msg_1', signed.at, signed.body);
    const seconds = String(Math.floor(signed.at.getTime() / 1000));
    const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': seconds, 'webhook-signature': `v1,b3RoZXI= ${signature}` };
    await fetch(`${receiver.url}/notify`, { method: 'POST', body, headers });
    return receiver.received.at(-1)?.verified;
  };
  const now = new Date();
  expect(await send('{"a":1}', { body: '{"a":1}', at: now })).toBe(true);
  expect(await send('{"a":2}', { body: '{"a":1}', at: now })).toBe(false);
  expect(await send('{"a":1}', { body: '{"a":1}', at: now, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx' })).toBe(false);
  expect(await send('{"a":1}', { body: '{"a":1}', at: new Date(now.getTime() - 600_000) })).toBe(false);
  await receiver.close();
});

test('planned answers come once, for their path only', async () => {
  const receiver = await createReceiver(secret);
  receiver.answerNext('/a', [503, 500]);
  const statuses: number[] = [];
  for (const path of ['/b', '/a', '/a', '/a'])
    statuses.push((await fetch(`${receiver.url}${path}`, { method: 'POST', body: '{}' })).status);
  expect(statuses).toEqual([200, 503, 500, 200]);
  await receiver.close();
});
