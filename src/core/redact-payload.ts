/** Keys whose values are credentials, whatever is in them; `tokens_url` and the like only say where. */
const secretKey =
  /(?:^|[_-])(?:token|tokens|secret|secrets|password|passphrase|private_key|api_key|apikey|credentials?|authorization|cookie)$/i;

/** `accessToken`, `clientSecret`: the same in the other spelling. */
const secretCamelKey = /[a-z](?:Token|Secret|Password|PrivateKey|ApiKey|Credentials?|Authorization)$/;

/** Values that are credentials wherever they stand: GitHub's tokens by their prefixes, and keys in PEM. */
const secretText = /\b(?:gh[opsur]_[A-Za-z0-9_]{20,}|github_pat_[A-Za-z0-9_]{20,}|v1\.[0-9a-f]{40})\b|-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** People as a commit names them: their addresses are published with the commit. */
const commitPeople = new Set(['author', 'committer', 'tagger']);

/** Deeper than this nothing of GitHub's goes. */
const maxDepth = 64;

/**
 * GitHub's payload as expressions, scripts and bodies may see it (`event`): without credentials and without the e-mail addresses of
 * accounts. Those of a commit's author and committer stay, because they are part of the commit. Copies; the stored bytes are whole.
 */
export function redactPayload(payload: Record<string, unknown>): Record<string, unknown> {
  return redactObject(payload, { key: '', inCommit: false, depth: 0 });
}

interface Place {
  key: string;
  inCommit: boolean;
  depth: number;
}

function redactObject(object: Record<string, unknown>, place: Place): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  const keepsEmail = place.inCommit && commitPeople.has(place.key);
  for (const [key, value] of Object.entries(object)) {
    if (key === '__proto__' || isSecret(key, value)) continue;
    if (/^(?:email|\w+_email)$/i.test(key) && !keepsEmail) continue;
    copy[key] = redactValue(value, { key, inCommit: isCommit(object), depth: place.depth + 1 });
  }
  return copy;
}

function isSecret(key: string, value: unknown): boolean {
  return typeof value === 'boolean' || value === null ? false : secretKey.test(key) || secretCamelKey.test(key);
}

/** A commit has an id or sha and a tree or a message beside its author. */
function isCommit(object: Record<string, unknown>): boolean {
  return 'message' in object && ('tree_id' in object || 'tree' in object || 'timestamp' in object || 'sha' in object);
}

function redactValue(value: unknown, place: Place): unknown {
  if (typeof value === 'string') return secretText.test(value) ? value.replaceAll(new RegExp(secretText, 'g'), '***') : value;
  if (typeof value !== 'object' || value === null) return value;
  if (place.depth > maxDepth) return null;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, { ...place, depth: place.depth + 1 }));
  return redactObject(value as Record<string, unknown>, place);
}
