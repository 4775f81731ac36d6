import { createPrivateKey, generateKeyPairSync } from 'node:crypto';

/** Where globalSetup leaves the App's private key for the test files, which run in other processes. */
const keyVariable = 'REPOWATCH_TEST_PRIVATE_KEY';

/** The App's private key, PEM, RSA: one for all suites of a run, because making one takes a good part of a second. */
export function testPrivateKey(type: 'pkcs1' | 'pkcs8'): string {
  const key = (process.env[keyVariable] ??= generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey);
  return type === 'pkcs1' ? key : createPrivateKey(key).export({ type, format: 'pem' }).toString();
}
