import { describe, expect, test } from '@jest/globals';
import { findNoun } from '../../changes/nouns.ts';
import {
  examplesOf,
  issueCommentPayload,
  issuesPayload,
  memberPayload,
  pullRequestPayload,
  releasePayload,
} from '../../../test/support/github-events.ts';
import { senderObject, type Payload } from '../../../test/support/payloads.ts';
import type { Translation } from '../translation.ts';
import { translate } from './translate.ts';

type Noun = Extract<Translation, { result: 'noun' }>;

function noun(event: string, payload: Payload): Noun {
  const translation = translate(event, payload);
  if (translation.result !== 'noun') throw new Error(`Expected a change, not ${JSON.stringify(translation)}`);
  return translation;
}

const dataOf = (event: string, payload: Payload) => noun(event, payload).change.data as unknown as Record<string, unknown>;
const meaningOf = (event: string, payload: Payload) => noun(event, payload).meaning;

describe('published payloads', () => {
  const events = ['pull_request', 'issues', 'issue_comment', 'release', 'member'];
  // Four examples of `issues` are about pull requests.
  const all = events.flatMap((event) =>
    examplesOf(event).flatMap((payload, index) =>
      event === 'issues' && (payload['issue'] as Payload)['pull_request'] ? [] : [[event, index, payload] as const],
    ),
  );

  test.each(all)('%s example %i carries what its noun documents, and nothing else', (event, _, payload) => {
    const { change, meaning } = noun(event, { installation: { id: 7 }, ...payload });
    const parsed = findNoun(change.type)!.data.safeParse(change.data);
    expect(parsed.error?.issues).toBeUndefined();
    expect(parsed.data).toEqual(change.data);
    expect(meaning.fact).toContain(change.type);
    expect(JSON.stringify(change)).not.toContain('@github.com');
  });

  test.each(events)('every single field of %s may be missing, empty or of another kind', (event) => {
    const wrong: string[] = [];
    const judge = (what: string, payload: Payload) => {
      const answer = translate(event, { installation: { id: 7 }, ...payload });
      const fits =
        answer.result === 'ignored' ||
        (answer.result === 'noun' && findNoun(answer.change.type)!.data.safeParse(answer.change.data).success);
      if (!fits) wrong.push(what);
    };
    for (const payload of examplesOf(event).slice(0, 3)) {
      for (const [key, value] of Object.entries(payload)) {
        for (const other of [undefined, null, {}, [], 'text', 7]) judge(key, { ...payload, [key]: other });
        if (typeof value !== 'object' || value === null) continue;
        for (const inner of Object.keys(value)) judge(`${key}.${inner}`, { ...payload, [key]: { ...value, [inner]: null } });
      }
    }
    expect(wrong).toEqual([]);
  });

  test('only ids, numbers, heads and names are insisted on', () => {
    const bare = { id: 1, number: 2, tag_name: 'v1', base: { ref: 'main', sha: 'a' }, head: { ref: 'b', sha: 'b' } };
    const repository = { id: 3, name: 'app', full_name: 'acme/app', private: true, owner: { id: 4 } };
    const payload = {
      action: 'edited',
      installation: { id: 7 },
      repository,
      pull_request: bare,
      issue: bare,
      comment: bare,
      release: bare,
    };
    for (const event of events)
      expect(findNoun(noun(event, payload).change.type)!.data.safeParse(dataOf(event, payload)).error).toBeUndefined();
  });

  test.each(events)('an action of %s that nobody knows is unhandled, also without an installation', (event) => {
    const [payload] = examplesOf(event);
    for (const action of ['blessed', 'stacked', '__proto__', 'constructor', ''])
      expect(translate(event, { ...payload, action })).toMatchObject({ result: 'ignored', code: 'unhandled_action' });
  });

  test.each(events)('%s of a plain repository hook names no installation', (event) => {
    const [payload] = examplesOf(event);
    expect(translate(event, { ...payload, installation: undefined })).toMatchObject({ code: 'no_installation' });
  });
});

describe('pull requests', () => {
  test('merged is a type of its own, closed is without merging', () => {
    const closed = pullRequestPayload({ action: 'closed', fields: { state: 'closed', merged: false, merge_commit_sha: 'c'.repeat(40) } });
    expect(noun('pull_request', closed).change).toMatchObject({
      type: 'pull_request.closed',
      data: { pull_request: { merged: false, merge_commit_sha: null, state: 'closed' } },
    });
    const merged = pullRequestPayload({
      action: 'closed',
      fields: { state: 'closed', merged: true, merged_at: '2026-11-21T10:00:00Z', merge_commit_sha: 'c'.repeat(40) },
    });
    expect(noun('pull_request', merged).change).toMatchObject({
      type: 'pull_request.merged',
      data: { pull_request: { merged: true, merge_commit_sha: 'c'.repeat(40) } },
    });
  });

  test('synchronize has both heads', () => {
    const heads = { before: '1'.repeat(40), after: '2'.repeat(40) };
    expect(dataOf('pull_request', pullRequestPayload({ action: 'synchronize', extra: heads }))).toMatchObject(heads);
  });

  test('a review is asked of a person or of a team', () => {
    const person = pullRequestPayload({ action: 'review_requested', extra: { requested_reviewer: senderObject('hubot', 5) } });
    expect(dataOf('pull_request', person)).toMatchObject({ reviewer: { login: 'hubot' }, team: null });
    const team = pullRequestPayload({
      action: 'review_request_removed',
      extra: { requested_reviewer: undefined, requested_team: { id: 3, name: 'Platform', slug: 'platform' } },
    });
    expect(dataOf('pull_request', team)).toMatchObject({ reviewer: null, team: 'platform' });
    expect(meaningOf('pull_request', person).fact).not.toBe(meaningOf('pull_request', team).fact);
  });

  test('a deleted fork has no repository, and a change of the base says what it was', () => {
    const payload = pullRequestPayload({
      action: 'edited',
      fields: { head: { ref: 'topic', sha: 'd'.repeat(40), repo: null, user: null }, user: null },
      extra: { changes: { base: { ref: { from: 'develop' }, sha: { from: 'e'.repeat(40) } }, title: { from: 'Old' } } },
    });
    expect(dataOf('pull_request', payload)).toMatchObject({
      pull_request: { from_fork: true, head: { ref: 'topic', repository: null }, author: null },
      from: { base: 'develop', title: 'Old' },
    });
  });

  test.each(['enqueued', 'dequeued', 'auto_merge_enabled', 'auto_merge_disabled', 'milestoned', 'locked', 'labeled', 'ready_for_review'])(
    '%s is understood',
    (action) => {
      expect(noun('pull_request', pullRequestPayload({ action })).change.type).toBe(`pull_request.${action}`);
    },
  );
});

describe('issues, comments, releases, members', () => {
  test('the examples of issues that are pull requests are told apart', () => {
    const pulls = examplesOf('issues').filter((payload) => (payload['issue'] as Payload)['pull_request']);
    const answers = pulls.map((payload) => translate('issues', { installation: { id: 7 }, ...payload }));
    expect(answers.map((answer) => 'code' in answer && answer.code)).toEqual(Array.from({ length: 4 }, () => 'nothing_to_tell'));
  });

  test('a pull request among the issues is told by its own event', () => {
    const payload = issuesPayload({ action: 'opened', fields: { pull_request: { url: 'https://api.github.com/x' } } });
    expect(translate('issues', payload)).toMatchObject({ result: 'ignored', code: 'nothing_to_tell' });
  });

  test('a transfer says where it went', () => {
    const changes = {
      new_issue: { id: 5, number: 3, html_url: 'https://github.com/acme/web/issues/3' },
      new_repository: { full_name: 'acme/web' },
    };
    expect(dataOf('issues', issuesPayload({ action: 'transferred', extra: { changes } }))).toMatchObject({
      moved_to: { repository: 'acme/web', number: 3, html_url: 'https://github.com/acme/web/issues/3' },
    });
  });

  test('a comment tells whether its conversation is that of a pull request', () => {
    expect(dataOf('issue_comment', issueCommentPayload({ action: 'created' }))).toMatchObject({ on_pull_request: false });
    expect(dataOf('issue_comment', issueCommentPayload({ action: 'created', onPull: true }))).toMatchObject({ on_pull_request: true });
  });

  test('a release is out once, whichever of its events comes, and a draft is not', () => {
    const facts = ['created', 'published', 'prereleased', 'released'].map(
      (action) => meaningOf('release', releasePayload({ action })).fact,
    );
    expect(new Set(facts)).toEqual(new Set(['release.published:3301']));
    for (const action of ['created', 'edited', 'deleted'])
      expect(translate('release', releasePayload({ action, fields: { draft: true } }))).toMatchObject({ code: 'nothing_to_tell' });
    expect(noun('release', releasePayload({ action: 'unpublished', fields: { draft: true } })).change.type).toBe('release.unpublished');
  });

  test('a role is GitHub’s word, before and after', () => {
    const changes = { role_name: { from: 'read', to: 'release-manager' }, permission: { from: 'read', to: 'write' } };
    expect(dataOf('member', memberPayload({ action: 'edited', extra: { changes } }))).toMatchObject({
      member: { login: 'hubot' },
      role: 'release-manager',
      from: { role: 'read' },
    });
  });

  test('texts of strangers are cut', () => {
    const long = 'x'.repeat(200_000);
    const data = dataOf('issues', issuesPayload({ action: 'opened', fields: { title: long, body: long } }));
    expect(data['issue']).toMatchObject({ title: expect.stringMatching(/^x{999}…$/), body: expect.stringMatching(/^x{65535}…$/) });
  });
});

describe('what makes it the same change', () => {
  test('by facts, not by delivery: merged once, each label by itself, an edit by its time and text', () => {
    const at = (updated_at: string) => ({ fields: { updated_at } });
    const labeled = (name: string, when: string) =>
      meaningOf('pull_request', pullRequestPayload({ action: 'labeled', ...at(when), extra: { label: { id: name.length, name } } })).fact;
    expect(labeled('bug', '2026-11-21T10:00:00Z')).toBe(labeled('bug', '2026-11-21T10:00:00Z'));
    expect(labeled('bug', '2026-11-21T10:00:00Z')).not.toBe(labeled('docs', '2026-11-21T10:00:00Z'));
    expect(labeled('bug', '2026-11-21T10:00:00Z')).not.toBe(labeled('bug', '2026-11-21T10:00:01Z'));
    const merged = (when: string) =>
      meaningOf('pull_request', pullRequestPayload({ action: 'closed', fields: { merged: true, updated_at: when } }));
    expect(merged('2026-11-21T10:00:00Z')).toEqual(merged('2026-11-21T10:00:09Z'));
    const edit = (from: string) => meaningOf('issues', issuesPayload({ action: 'edited', extra: { changes: { title: { from } } } })).fact;
    expect(edit('a')).not.toBe(edit('b'));
  });

  test('what has an opposite names it', () => {
    const label = { id: 1, name: 'bug' };
    const on = meaningOf('issues', issuesPayload({ action: 'labeled', extra: { label } }));
    const off = meaningOf('issues', issuesPayload({ action: 'unlabeled', extra: { label } }));
    expect([on.opposite, off.opposite]).toEqual([off.fact, on.fact]);
    expect(meaningOf('member', memberPayload({ action: 'added' })).opposite).toBe(
      meaningOf('member', memberPayload({ action: 'removed' })).fact,
    );
  });

  test('without a time of GitHub’s an edit is told apart by its GUID', () => {
    expect(meaningOf('issues', issuesPayload({ action: 'edited', fields: { updated_at: null } }))).toMatchObject({ byGuid: true });
    expect(meaningOf('member', memberPayload({ action: 'edited' }))).toMatchObject({ byGuid: true });
  });
});
