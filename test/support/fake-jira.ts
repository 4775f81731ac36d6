import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Category = 'new' | 'indeterminate' | 'done';

/** A step of a workflow: from statuses, or from all. Ids belong to the workflow and the status. */
interface FakeTransition {
  id: string;
  name: string;
  from: string[] | 'all';
  to: string;
  /** Fields that its screen asks for. */
  required?: string[];
  /** Users who may take it; everybody without it. */
  only?: string[];
}

/** A workflow: its statuses with their categories, and its steps. */
export interface FakeWorkflow {
  statuses: Record<string, Category>;
  transitions: FakeTransition[];
}

/** An issue of the fake. */
interface FakeIssue {
  status: string;
  workflow: FakeWorkflow;
  comments: { body: unknown; properties: { key: string; value: unknown }[] }[];
  /** Users who see it; everybody without it. */
  seenBy?: string[];
  fields: Record<string, unknown>;
  since: Date;
}

/** A request that the fake got. */
interface FakeRequest {
  method: string;
  path: string;
  user: string | undefined;
  body: unknown;
}

/** Answers a request in place of the fake; undefined leaves it to the fake. */
type Interference = (request: FakeRequest) => { status: number; headers?: Record<string, string>; body?: unknown } | 'cut' | undefined;

/** A Jira for tests: workflows, permissions, screens with required fields, ids per workflow, limits; Cloud (v3, rich text) or Data Center (v2, text). */
export interface FakeJira extends AsyncDisposable {
  url: string;
  /** `127.0.0.1:PORT`, for OUTBOUND_ALLOW. */
  host: string;
  issues: Map<string, FakeIssue>;
  requests: FakeRequest[];
  /** The transitions that were posted, as `SOC-1 31`. */
  posted(): string[];
  add(key: string, status: string, more?: Partial<FakeIssue>): FakeIssue;
  /** Asked before each request is answered. */
  interfere: Interference | undefined;
  /** Asked between reading a transition and taking it: somebody else may be faster. */
  beforeMove: ((key: string, issue: FakeIssue) => void) | undefined;
}

/** The workflow of most tests: To Do, In Progress, In Review, QA, Done; only neighbours are open. */
export const neighbours: FakeWorkflow = {
  statuses: { 'To Do': 'new', 'In Progress': 'indeterminate', 'In Review': 'indeterminate', QA: 'indeterminate', Done: 'done' },
  transitions: [
    { id: '11', name: 'Start', from: ['To Do'], to: 'In Progress' },
    { id: '21', name: 'Ask for review', from: ['In Progress'], to: 'In Review' },
    { id: '31', name: 'Approve', from: ['In Review'], to: 'QA' },
    { id: '41', name: 'Close', from: ['QA'], to: 'Done' },
    { id: '51', name: 'Reopen', from: ['Done'], to: 'To Do' },
    { id: '61', name: 'Back to work', from: ['In Review', 'QA'], to: 'In Progress' },
  ],
};

/** A workflow in which every status is open from every other. */
export const open: FakeWorkflow = {
  statuses: { 'To Do': 'new', 'In Progress': 'indeterminate', 'In Review': 'indeterminate', Done: 'done' },
  transitions: [
    { id: '1', name: 'To Do', from: 'all', to: 'To Do' },
    { id: '2', name: 'Work', from: 'all', to: 'In Progress' },
    { id: '3', name: 'In Progress', from: 'all', to: 'In Progress' },
    { id: '4', name: 'In Review', from: 'all', to: 'In Review' },
    { id: '5', name: 'DONE', from: 'all', to: 'Done' },
  ],
};

/** Users by what they send: basic for Cloud, a bearer token for a Data Center. */
const users: Record<string, string> = {
  [`Basic ${Buffer.from('bot@acme.test:jira-token-1234').toString('base64')}`]: 'bot',
  [`Basic ${Buffer.from('guest@acme.test:guest-token-1234').toString('base64')}`]: 'guest',
  'Bearer pat-token-1234': 'bot',
};

/** Starts a fake Jira. */
export async function createFakeJira(flavor: 'cloud' | 'dc' = 'cloud'): Promise<FakeJira> {
  const prefix = `/rest/api/${flavor === 'cloud' ? 3 : 2}/`;
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => answer(fake, { prefix, flavor }, { request, response, text }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fake: FakeJira = {
    url: `http://${host}`,
    host,
    issues: new Map(),
    requests: [],
    interfere: undefined,
    beforeMove: undefined,
    posted: () =>
      fake.requests.flatMap(({ method, path, body }) => {
        const key = /issue\/([^/]+)\/transitions$/.exec(path)?.[1];
        return method === 'POST' && key !== undefined ? [`${key} ${(body as { transition: { id: string } }).transition.id}`] : [];
      }),
    add(key, status, more = {}) {
      const issue: FakeIssue = { status, workflow: neighbours, comments: [], fields: {}, since: new Date('2026-01-01T00:00:00Z'), ...more };
      fake.issues.set(key, issue);
      return issue;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return fake;
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  text: string;
}

type Reply = { status: number; headers?: Record<string, string>; body?: unknown };

function answer(fake: FakeJira, api: { prefix: string; flavor: 'cloud' | 'dc' }, { request, response, text }: Exchange): void {
  const path = request.url ?? '';
  const user = users[request.headers.authorization ?? ''];
  const seen: FakeRequest = { method: request.method ?? '', path, user, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  fake.requests.push(seen);
  const other = fake.interfere?.(seen);
  if (other === 'cut') return void response.destroy();
  const reply = other ?? serve(fake, api, seen);
  const body = reply.body === undefined ? '' : JSON.stringify(reply.body);
  response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers }).end(body);
}

const says = (status: number, text: string): Reply => ({ status, body: { errorMessages: [text], errors: {} } });

function serve(fake: FakeJira, { prefix, flavor }: { prefix: string; flavor: 'cloud' | 'dc' }, request: FakeRequest): Reply {
  const { method, path, user } = request;
  if (!path.startsWith(prefix)) return says(404, 'null for uri');
  if (user === undefined) return says(401, 'Client must be authenticated to access this resource.');
  const url = new URL(path.slice(prefix.length), 'http://jira/');
  if (url.pathname === '/myself')
    return { status: 200, body: { accountId: '5b10', displayName: `The ${user}`, emailAddress: `${user}@acme.test` } };
  const [, key = '', what] = /^\/issue\/([^/]+)(?:\/(\w+))?$/.exec(url.pathname) ?? [];
  const issue = fake.issues.get(key);
  if (!issue || (issue.seenBy && !issue.seenBy.includes(user)))
    return says(404, 'Issue does not exist or you do not have permission to see it.');
  if (what === undefined)
    return {
      status: 200,
      body: { key, fields: { status: statusOf(issue, issue.status), statuscategorychangedate: issue.since.toISOString() } },
    };
  if (what === 'comment') return method === 'GET' ? listComments(issue) : addComment(issue, flavor, request);
  const open = issue.workflow.transitions.filter(
    ({ from, only }) => (from === 'all' || from.includes(issue.status)) && (only === undefined || only.includes(user)),
  );
  if (method === 'GET')
    return { status: 200, body: { transitions: open.map(({ id, name, to }) => ({ id, name, to: statusOf(issue, to) })) } };
  return take(fake, { key, issue, open, body: request.body });
}

function statusOf({ workflow }: FakeIssue, name: string): unknown {
  return { name, id: name, statusCategory: { key: workflow.statuses[name] ?? 'new' } };
}

function take(fake: FakeJira, at: { key: string; issue: FakeIssue; open: FakeTransition[]; body: unknown }): Reply {
  const { key, issue, open: offered, body } = at;
  const before = issue.status;
  fake.beforeMove?.(key, issue);
  if (issue.status !== before) return says(409, 'The issue was changed at the same time.');
  const { transition, fields = {} } = body as { transition: { id: string }; fields?: Record<string, unknown> };
  const chosen = offered.find(({ id }) => id === transition.id);
  if (!chosen) return says(400, `The transition ${transition.id} is not valid for this issue.`);
  const missing = (chosen.required ?? []).filter((field) => fields[field] === undefined);
  if (missing.length > 0)
    return {
      status: 400,
      body: { errorMessages: [], errors: Object.fromEntries(missing.map((field) => [field, `${field} is required.`])) },
    };
  if (issue.workflow.statuses[chosen.to] !== issue.workflow.statuses[issue.status]) issue.since = new Date();
  issue.status = chosen.to;
  Object.assign(issue.fields, fields);
  return { status: 204 };
}

function listComments({ comments }: FakeIssue): Reply {
  return { status: 200, body: { comments: comments.toReversed() } };
}

function addComment(issue: FakeIssue, flavor: 'cloud' | 'dc', { body }: FakeRequest): Reply {
  const { body: text, properties = [] } = body as { body: unknown; properties?: { key: string; value: unknown }[] };
  const fits = flavor === 'cloud' ? isDocument(text) : typeof text === 'string';
  if (!fits)
    return {
      status: 400,
      body: { errorMessages: [], errors: { comment: flavor === 'cloud' ? 'Comment is no valid ADF' : 'Comment must be a string' } },
    };
  issue.comments.push({ body: text, properties });
  return { status: 201, body: { id: String(issue.comments.length) } };
}

/** The rules of the Atlassian Document Format that a plain comment can break. */
function isDocument(value: unknown): boolean {
  const { type, version, content } = (value ?? {}) as { type?: unknown; version?: unknown; content?: unknown };
  if (type !== 'doc' || version !== 1 || !Array.isArray(content)) return false;
  return content.every(
    (block: { type?: unknown; content?: unknown }) =>
      block.type === 'paragraph' && Array.isArray(block.content) && block.content.every(isInline),
  );
}

function isInline(node: { type?: unknown; text?: unknown }): boolean {
  if (node.type === 'hardBreak') return true;
  return node.type === 'text' && typeof node.text === 'string' && node.text !== '';
}
