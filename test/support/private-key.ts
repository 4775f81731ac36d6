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
  if (type === 'pkcs1') return key;
  const convert = () => createPrivateKey(key).export({ type, format: 'pem' }).toString();
  try {
    return convert();
  } catch {
    // OpenSSL can still hold the error of a bad key that an earlier suite of this process gave it; reporting it takes it out.
    return convert();
  }
}
