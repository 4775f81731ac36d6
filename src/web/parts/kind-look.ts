import type { JsonSchema } from '../../watches/json-schema.ts';

/** How a kind of action looks, and which of its inputs people need first. */
export interface KindLook {
  icon: string;
  /** What it does, in a few words. */
  title: string;
  first?: readonly string[];
}

const looks: Readonly<Record<string, KindLook>> = {
  webhook: { icon: 'webhook', title: 'Send a webhook', first: ['url', 'secret', 'format'] },
  script: { icon: 'code', title: 'Run a script', first: ['run', 'file'] },
  slack: { icon: 'comment-discussion', title: 'Write a message to Slack', first: ['url', 'token', 'channel', 'text'] },
  email: { icon: 'mail', title: 'Send an e-mail', first: ['to', 'subject', 'text', 'connection', 'from'] },
  jira: { icon: 'tasklist', title: 'Move tickets in Jira', first: ['connection', 'machine', 'event', 'comment'] },
  ticket: { icon: 'tasklist', title: 'Move tickets of RepoWatch or GitHub', first: ['provider', 'machine', 'event', 'comment'] },
  'github/issue': { icon: 'issue-opened', title: 'Open an issue on GitHub', first: ['title', 'body', 'labels', 'dedupe_key'] },
  'github/issues': { icon: 'issue-opened', title: 'Open many issues on GitHub' },
  'github/comment': { icon: 'comment', title: 'Comment on an issue or pull request', first: ['body', 'number', 'key'] },
  'github/labels': { icon: 'tag', title: 'Change labels on GitHub', first: ['add', 'remove'] },
  'github/assign': { icon: 'person-add', title: 'Assign people on GitHub', first: ['assignees', 'remove'] },
  'github/close': { icon: 'issue-closed', title: 'Close an issue or pull request', first: ['reason', 'comment'] },
  'github/pull-request': { icon: 'git-pull-request', title: 'Open a pull request', first: ['title', 'body', 'base', 'head'] },
  'github/reviewers': { icon: 'code-review', title: 'Ask for a review', first: ['users', 'teams'] },
  'github/status': { icon: 'check-circle', title: 'Set a commit status', first: ['state', 'context', 'description'] },
  'github/check': { icon: 'checklist', title: 'Write a check run', first: ['name', 'conclusion', 'title', 'summary'] },
  'github/dispatch': { icon: 'broadcast', title: 'Start workflows by an event of your own', first: ['event_type', 'client_payload'] },
  'github/workflow': { icon: 'workflow', title: 'Start a workflow', first: ['workflow', 'ref', 'inputs'] },
  'github/access': { icon: 'shield-lock', title: 'Change who has access', first: ['action', 'identifier', 'permission'] },
};

/** The look of a kind; one that is not known here looks like a step. */
export function kindLook(name: string): KindLook {
  return looks[name] ?? { icon: 'play', title: name };
}

/** The kinds that a schema of the configuration knows, with the schema of their inputs, by name. */
export function kindsOf(schema: JsonSchema): ReadonlyMap<string, JsonSchema> {
  const kinds = new Map<string, JsonSchema>();
  visit(schema, (node) => {
    const uses = node['properties'] as Record<string, JsonSchema> | undefined;
    const branches = node['allOf'];
    if (uses?.['uses'] === undefined || !Array.isArray(branches)) return;
    for (const branch of branches as { if?: JsonSchema; then?: JsonSchema }[]) {
      const name = (branch.if?.['properties'] as Record<string, JsonSchema> | undefined)?.['uses']?.['const'];
      const inputs = (branch.then?.['properties'] as Record<string, JsonSchema> | undefined)?.['with'];
      if (typeof name === 'string' && inputs !== undefined) kinds.set(name, inputs);
    }
  });
  return kinds;
}

function visit(value: unknown, see: (node: JsonSchema) => void): void {
  if (Array.isArray(value)) for (const item of value) visit(item, see);
  else if (typeof value === 'object' && value !== null) {
    see(value as JsonSchema);
    for (const item of Object.values(value)) visit(item, see);
  }
}

/** The main thing that an action is about, such as where it sends to: the first of its inputs that is a plain text and names no secret. */
export function describeInput(uses: string, input: Readonly<Record<string, unknown>> | null): string {
  const look = looks[uses];
  const texts = (look?.first ?? Object.keys(input ?? {})).map((name) => input?.[name]);
  const text = texts.flat().find((value) => typeof value === 'string' && value !== '');
  return typeof text === 'string' ? text.split('\n', 1)[0]!.trim().slice(0, 200) : '';
}
