type Fields = Record<string, unknown>;

/** One operation of the document, as far as it is finished here. */
interface Operation {
  operationId?: string;
  parameters?: { name: string; in: string }[];
  responses: Record<string, { headers?: Fields; content?: Record<string, { schema?: Fields; example?: unknown }>; description?: string }>;
  requestBody?: unknown;
}

const text = { type: 'string' };
const whole = { type: 'integer' };
const header = (description: string, schema: Fields = text) => ({ description, schema });
const parameter = (name: string, description: string, example: string) => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: text,
  example,
});

const exampleTag = '"3yqbBPqXz0VbBrTUP7vXQ0S4k5A"';
const asked: Record<string, ReturnType<typeof parameter>[]> = {
  get: [parameter('If-None-Match', 'The ETag of what you have: 304 when it is still the same', exampleTag)],
  put: [
    parameter('If-Match', 'The ETag of what you read: 412 when it has changed meanwhile', exampleTag),
    parameter('If-None-Match', '`*`: only make it, 412 when it exists', '*'),
  ],
  patch: [parameter('If-Match', 'The ETag of what you read: 412 when it has changed meanwhile', exampleTag)],
  delete: [parameter('If-Match', 'The ETag of what you read: 412 when it has changed meanwhile', exampleTag)],
  post: [
    parameter(
      'Idempotency-Key',
      'A text of your own, such as a UUID: sent again with it within 24 hours, the request is answered and not done again',
      '0b9b3f0e-6a3c-4f0b-9d0e-6a2f3c1f7f11',
    ),
  ],
};

/** `GET /api/repos/{owner}/{name}/hooks/{hookId}` is `getRepoHooksByHookId`. */
function nameOperation(method: string, path: string): string {
  const parts = path
    .replace(/^\/api\//, '/')
    .replace('/repos/{owner}/{name}', '/repo')
    .split(/[/\-._]/)
    .filter(Boolean);
  const words = parts.map((part) => (part.startsWith('{') ? `By${capital(part.slice(1, -1))}` : capital(part)));
  return `${method}${words.join('')}`;
}

function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}

function isList(content: Operation['responses'][string]['content']): boolean {
  const { properties } = (content?.['application/json']?.schema ?? {}) as { properties?: { meta?: { properties?: Fields } } };
  return properties?.meta?.properties?.['next'] !== undefined;
}

function headersOf(method: string, status: string, isPaged: boolean): Fields {
  const headers: Fields = { 'X-Request-Id': header('The id of the request in the log and the audit log; one that you sent is taken over') };
  const good = status.startsWith('2');
  if (good && ['get', 'put', 'patch'].includes(method))
    headers['ETag'] = header('The strong tag of this answer, for If-Match and If-None-Match');
  if (good && isPaged) headers['Link'] = header('`rel="next"` and `rel="first"` (RFC 8288)');
  if (status === '201' || status === '202') headers['Location'] = header('Where what was made is read, when it has an address');
  if (status === '429' || status === '503') headers['Retry-After'] = header('Seconds to wait before it is sent again', whole);
  if (status === '401') headers['WWW-Authenticate'] = header('How to say who asks');
  if (good) headers['RateLimit-Remaining'] = header('Requests that are left within this minute, where there is a limit', whole);
  return headers;
}

/** Gives an operation below /api what all of them have: a name, the headers that they take, and those that they answer. */
export function finishOperation(method: string, path: string, given: Operation): Operation {
  const operation = { ...given, operationId: nameOperation(method, path) };
  if (!path.startsWith('/api/') || path === '/api/github/webhooks') return operation;
  const own = given.parameters ?? [];
  const isAsked = ({ name }: { name: string }) => own.some((one) => one.name.toLowerCase() === name.toLowerCase());
  const further = (asked[method] ?? []).filter((one) => !isAsked(one));
  const responses = Object.fromEntries(
    Object.entries(given.responses).map(([status, response]) => {
      const headers = { ...response.headers, ...headersOf(method, status, isList(response.content)) };
      return [status, { ...response, headers }];
    }),
  );
  if (further.some(({ name }) => name === 'If-Match')) responses['412'] ??= refusal('It is not what it was when you read it');
  return { ...operation, ...(own.length + further.length > 0 && { parameters: [...own, ...further] }), responses };
}

function refusal(description: string) {
  return {
    headers: headersOf('', '412', false),
    description,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}
