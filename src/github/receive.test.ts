import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { pingPayload, pushPayload, shaOf } from '../../test/support/payloads.ts';
import { createReceiver } from './receive.ts';
import { translate } from './translate/translate.ts';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const receive = createReceiver({ appId: '4242', privateKey, webhookSecret: 'a secret of some length' });

describe('createReceiver', () => {
  test('answers what the handler of the event found', async () => {
    const payload = pushPayload();
    expect(await receive({ id: 'guid', name: 'push', payload })).toEqual(translate('push', payload));
    expect(await receive({ id: 'guid', name: 'ping', payload: pingPayload() })).toMatchObject({ result: 'noted' });
  });

  test('keeps many at a time apart, also under one guid', async () => {
    const names = Array.from({ length: 200 }, (_, index) => `branch-${index}`);
    const answers = await Promise.all(
      names.map((branch) => receive({ id: 'same-guid', name: 'push', payload: pushPayload({ branch, after: shaOf(branch) }) })),
    );
    expect(answers.map((answer) => answer.result === 'ref_move' && [answer.move.name, answer.move.after])).toEqual(
      names.map((name) => [name, shaOf(name)]),
    );
  });

  test('keeps one payload received twice at the same time apart', async () => {
    const payload = pushPayload();
    const [one, two] = await Promise.all([1, 2].map(() => receive({ id: 'g', name: 'push', payload })));
    expect(one).toEqual(two);
    expect(one).not.toBe(two);
  });

  test.each(['star', '__proto__', 'constructor', 'hasOwnProperty', 'error', '*'])('the event %j is ignored', async (name) => {
    expect(await receive({ id: 'g', name, payload: {} })).toMatchObject({ result: 'ignored', code: 'unhandled_event' });
  });

  test.each([null, 'text', 0, [1], { action: { toString: 1 } }, { action: ['x'] }])('the payload %j is ignored', async (payload) => {
    expect(await receive({ id: 'g', name: 'push', payload })).toMatchObject({ result: 'ignored', code: 'unexpected_payload' });
  });

  test('an action that looks like another event reaches its own handler only', async () => {
    expect(await receive({ id: 'g', name: 'push', payload: { ...pushPayload(), action: 'created' } })).toMatchObject({
      result: 'ref_move',
    });
  });

  test('a handler that fails is told without the payload', async () => {
    const payload = pushPayload();
    Object.defineProperty(payload, 'commits', {
      enumerable: true,
      get: () => {
        throw new TypeError('not readable');
      },
    });
    const error = await receive({ id: 'guid-1', name: 'push', payload }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ message: 'Delivery guid-1 (push) could not be translated: not readable', cause: expect.any(String) });
    expect(Object.keys(error as Error)).toEqual([]);
  });
});
