import { describe, expect, test } from '@jest/globals';
import type { RunFacts } from '../actions/run-facts.ts';
import { exampleChange } from '../../test/support/config-world.ts';
import { buildContexts } from './contexts.ts';

describe('buildContexts', () => {
  test('shows a push in the words of the language', () => {
    const contexts = buildContexts({
      change: exampleChange('branch.updated', 'main'),
      vars: { host: 'x' },
      githubUrl: 'https://github.com/',
    });
    expect(contexts).toMatchObject({
      change: {
        id: '7',
        type: 'branch.updated',
        origin: 'webhook',
        commit_count: 1,
        forced: false,
        url: expect.stringContaining('compare'),
      },
      repository: {
        id: '42',
        full_name: 'acme/train',
        owner: 'acme',
        name: 'train',
        default_branch: 'main',
        html_url: 'https://github.com/acme/train',
      },
      ref: { kind: 'branch', name: 'main', full: 'refs/heads/main' },
      before: 'a'.repeat(40),
      after: 'b'.repeat(40),
      commit: { message: 'Change things' },
      actor: { login: 'mona', type: 'User' },
      installation: { id: '9' },
      vars: { host: 'x' },
      event: {},
    });
    expect(contexts.commits).toHaveLength(1);
  });

  test('shows a change to a repository without a ref', () => {
    const { data: _, ...facts } = exampleChange('branch.updated', 'main');
    const contexts = buildContexts({ change: { ...facts, actor: null, type: 'repository.renamed', data: { from: { name: 'old' } } } });
    expect(contexts).toMatchObject({
      ref: null,
      before: null,
      after: null,
      commit: null,
      commits: [],
      actor: null,
      change: { from: { name: 'old' } },
    });
  });

  test('asks for the payload once, and only when it is read', () => {
    let asked = 0;
    const contexts = buildContexts({
      change: exampleChange('branch.updated', 'main'),
      event: () => {
        asked += 1;
        return { pusher: { name: 'mona' } };
      },
    });
    expect(asked).toBe(0);
    expect([contexts.event, contexts.event]).toEqual([{ pusher: { name: 'mona' } }, { pusher: { name: 'mona' } }]);
    expect(asked).toBe(1);
  });

  test('fits what actions are given', () => {
    const facts: RunFacts = {
      run: { id: '1', watch: 'w', replay: false },
      ...buildContexts({ change: exampleChange('tag.created', 'v1') }),
    };
    expect(facts.ref).toEqual({ kind: 'tag', name: 'v1', full: 'refs/tags/v1' });
  });
});
