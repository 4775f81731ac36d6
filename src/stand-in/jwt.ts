import { verify, type KeyObject } from 'node:crypto';

/** What is wrong with an App's token in GitHub's own words, or `undefined` when it is good. */
export function judgeAppToken(token: string, options: { publicKey: KeyObject; issuers: string[]; now: Date }): string | undefined {
  const [header, payload, signature, ...rest] = token.split('.');
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) return undecodable;
  const claims = parse(payload);
  if (!claims || parse(header)?.['alg'] !== 'RS256') return undecodable;
  const signed = Buffer.from(`${header}.${payload}`);
  if (!verify('RSA-SHA256', signed, options.publicKey, Buffer.from(signature, 'base64url'))) return undecodable;
  const now = Math.floor(options.now.getTime() / 1000);
  const { iss, iat, exp } = claims;
  if (!options.issuers.includes(String(iss))) return "'Issuer' claim ('iss') must be an Integer or the client id of the App";
  if (typeof iat !== 'number' || iat > now + clockDrift) {
    return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
  }
  if (typeof exp !== 'number' || exp <= now) {
    return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires";
  }
  if (exp > now + 600 + clockDrift) return "'Expiration time' claim ('exp') is too far in the future";
  return undefined;
}

const undecodable = 'A JSON web token could not be decoded';
/** Seconds; GitHub tolerates a little, and its text says ten minutes (handbook E13). */
const clockDrift = 5;

function parse(part: string): { [claim: string]: unknown; iss?: unknown; iat?: unknown; exp?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
