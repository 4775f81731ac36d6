import { createRequire } from 'node:module';
import { repositoryObject, senderObject, type Payload, type RepositoryOptions } from './payloads.ts';

const require = createRequire(import.meta.url);
interface Example {
  name: string;
  examples: Payload[];
}

/** The real payloads that GitHub publishes, by event. */
const cloudExamples = require('@octokit/webhooks-examples') as Example[];

/** The published payloads of one event. */
export function examplesOf(event: string): Payload[] {
  return cloudExamples.find(({ name }) => name === event)?.examples ?? [];
}

/** What is edited in a published payload: where it comes from, who did it, and the fields of its object. */
export interface EventOptions {
  action: string;
  repository?: RepositoryOptions;
  installation?: number;
  sender?: Payload;
  /** Fields of the object that the event is about: pull_request, issue, comment, release, member. */
  fields?: Payload;
  /** Further top-level fields: label, changes, before, … */
  extra?: Payload;
}

/** A published payload of an event, the nearest to the action, edited to say this. Not yet covered actions are made of another action's example (handbook M2). */
function edited(event: string, object: string, options: EventOptions): Payload {
  const examples = examplesOf(event);
  const example = structuredClone(examples.find(({ action }) => action === options.action) ?? examples[0]!);
  const { action, installation = 77, sender = senderObject(), fields = {}, extra = {} } = options;
  return {
    ...example,
    action,
    repository: repositoryObject(options.repository),
    installation: { id: installation, node_id: `I_${installation}` },
    sender,
    ...extra,
    [object]: { ...(example[object] as Payload), ...fields },
  };
}

/** A `pull_request` event; #42 of acme/app from a branch of the same repository, unless the fields say otherwise. */
export function pullRequestPayload(options: EventOptions): Payload {
  const repo = repositoryObject(options.repository);
  const side = (ref: string, sha: string) => ({ label: `acme:${ref}`, ref, sha: sha.repeat(40), user: senderObject(), repo });
  const fields = {
    id: 2301,
    number: 42,
    title: 'Read settings from one table',
    base: side('main', 'a'),
    head: side('settings', 'b'),
    updated_at: '2026-11-21T10:00:00Z',
    ...options.fields,
  };
  return edited('pull_request', 'pull_request', { ...options, fields, extra: { number: fields.number, ...options.extra } });
}

/** An `issues` event about #7. */
export function issuesPayload(options: EventOptions): Payload {
  return edited('issues', 'issue', {
    ...options,
    fields: { id: 1701, number: 7, title: 'The button does nothing', updated_at: '2026-11-21T10:00:00Z', ...options.fields },
  });
}

/** An `issue_comment` event on #7; `onPull` makes it one on a pull request. */
export function issueCommentPayload(options: EventOptions & { onPull?: boolean }): Payload {
  const payload = edited('issue_comment', 'comment', { ...options, fields: { id: 5501, body: 'I see it too.', ...options.fields } });
  const issue = { ...(payload['issue'] as Payload), id: 1701, number: 7 };
  return {
    ...payload,
    issue: options.onPull ? { ...issue, pull_request: { url: 'https://api.github.com/repos/acme/app/pulls/7' } } : issue,
  };
}

/** A `release` event about v2.0.0. */
export function releasePayload(options: EventOptions): Payload {
  const fields = { id: 3301, tag_name: 'v2.0.0', name: 'Version 2', body: 'SOC-7', draft: false, prerelease: false, ...options.fields };
  return edited('release', 'release', { ...options, fields });
}

/** A `member` event about hubot. */
export function memberPayload(options: EventOptions): Payload {
  return edited('member', 'member', { ...options, fields: { id: 9002, login: 'hubot', ...options.fields } });
}
