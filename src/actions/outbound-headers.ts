import { failed, ok, type Outcome } from '../core/outcome.ts';

/** Headers that decide how a request is framed or routed; whoever sets them can smuggle a second request (threat-model.md D8). */
const reserved = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'proxy-connection',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'http2-settings',
]);

const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}$/;
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Checks headers before they reach the HTTP client, which would throw. Answers them as name, value, name, value in lower case;
 * a later spelling of a name replaces an earlier one. Fails with action_input_invalid, naming the header.
 */
export function prepareHeaders(headers: Record<string, string>): Outcome<string[], 'action_input_invalid'> {
  const prepared = new Map<string, string>();
  let size = 0;
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase();
    if (!headerName.test(name)) return failed('action_input_invalid', `${JSON.stringify(name.slice(0, 100))} is not a valid header name.`);
    if (reserved.has(key)) return failed('action_input_invalid', `The header ${key} is set by RepoWatch and cannot be given; remove it.`);
    if (!headerValue.test(value))
      return failed(
        'action_input_invalid',
        `The value of the header ${key} has characters that a header cannot carry (a line break or text outside Latin-1); encode it or send it in the body.`,
      );
    size += key.length + value.length;
    prepared.set(key, value);
  }
  if (size > 16_384 || prepared.size > 100)
    return failed('action_input_invalid', 'The headers are larger than 16 KiB or more than 100; send the data in the body.');
  return ok([...prepared].flat());
}

/** True for headers whose value is a credential and is never stored. */
export function isCredentialHeader(name: string): boolean {
  return /^(?:proxy-)?authorization$|cookie|token|secret|passw|credential|api[-_]?key|^x-(?:.*-)?auth/i.test(name);
}
