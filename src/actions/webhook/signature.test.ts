import { describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { signMessage } from './signature.ts';
import { readSigningSecret, type SigningKey } from './signing-key.ts';

const whsec = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

function keyOf(secret: string): SigningKey {
  const key = readSigningSecret(secret);
  if (!key.ok) throw new Error(key.message);
  return key.value;
}

describe('Standard Webhooks 1.0.0, against its reference library', () => {
  test.each([
    ['base64 secret', whsec, new Webhook(whsec)],
    ['plain text', 'correct horse', new Webhook('correct horse', { format: 'raw' })],
    ['one character', 'x', new Webhook('x', { format: 'raw' })],
    ['text outside ASCII', 'schlüssel-日本', new Webhook(Buffer.from('schlüssel-日本'), { format: 'raw' })],
  ])('a signature with a %s verifies', (_name, secret, reference) => {
    const body = '{"a":"日本 \\u0000"}';
    const headers = signMessage({ id: 'msg_1', timestamp: new Date(), body }, [keyOf(secret)]);
    expect(reference.verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => reference.verify(`${body} `, headers)).toThrow();
    expect(() => reference.verify(body, { ...headers, 'webhook-id': 'msg_2' })).toThrow();
  });

  test('it equals what the reference signs, for the seconds of this attempt', () => {
    const timestamp = new Date('2026-11-21T12:00:00.999Z');
    const headers = signMessage({ id: 'msg_1', timestamp, body: 'text' }, [keyOf(whsec)]);
    expect(headers).toEqual({
      'webhook-id': 'msg_1',
      'webhook-timestamp': '1795262400',
      'webhook-signature': new Webhook(whsec).sign('msg_1', new Date('2026-11-21T12:00:00Z'), 'text'),
    });
  });

  test('while a key is replaced, both receivers are content', () => {
    const other = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
    const headers = signMessage({ id: 'msg_1', timestamp: new Date(), body: '{}' }, [keyOf(whsec), keyOf(other)]);
    for (const secret of [whsec, other]) expect(new Webhook(secret).verify('{}', headers)).toEqual({});
  });

  test('without a key there is no signature', () => {
    expect(signMessage({ id: 'a', timestamp: new Date(0), body: '' }, [])).toEqual({ 'webhook-id': 'a', 'webhook-timestamp': '0' });
  });
});

test.each([
  'whsec_',
  'whsec_!!!!',
  'whsec_abcde',
  'whsec_ab=c',
  'whsec_abc def',
  'whpk_abcd',
  'whsk_',
  'whsk_abcd',
  `whsk_${'A'.repeat(86)}==`,
])('%s is refused', (secret) => {
  expect(readSigningSecret(secret)).toMatchObject({ ok: false, code: 'action_input_invalid' });
});
