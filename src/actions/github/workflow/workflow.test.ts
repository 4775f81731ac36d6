import { expect, test } from '@jest/globals';
import { actionTools, createTestDoor } from '../../../../test/support/action-tools.ts';
import { attemptContext } from '../../../../test/support/attempt-context.ts';
import type { GitHubRepository } from '../../github-access.ts';
import { kind } from './index.ts';

test('does not start a workflow again while another step looks at the run that it may have started', async () => {
  const now = new Date('2026-11-21T12:10:00Z');
  const created = '2026-11-21T12:00:05Z';
  const notes = new Map<string, string>();
  const held = new Set(['workflow run 70']);
  const written: string[] = [];
  const runs = [
    { id: 70, html_url: 'https://github.test/70', head_branch: 'main', created_at: created, actor: { login: 'bot', type: 'Bot' } },
  ];
  const repository: GitHubRepository = {
    owner: 'acme',
    ownerType: 'Organization',
    name: 'app',
    apiUrl: 'https://api.github.test',
    read: async (_path, answer) => ({ ok: true, value: answer.parse({ workflow_runs: runs }) }),
    list: () => Promise.reject(new Error('nothing is listed')),
    async write({ path }) {
      written.push(path);
      return { ok: false, code: 'github_unavailable', message: 'cut off' };
    },
    hear: async () => 'deaf',
    async claim(key) {
      if (held.has(key)) return { ok: false, code: 'github_busy', message: 'Another step has it' };
      return { ok: true, value: { known: notes.get(key) ?? null, end: async (known) => void (known && notes.set(key, known)) } };
    },
  };
  const tools = actionTools({
    door: createTestDoor(),
    github: { open: async () => ({ ok: true, value: repository }), botLogin: async () => 'bot' },
  });
  const input = kind.schema.parse({ workflow: 'deploy.yml', ref: 'main' });
  const attempt = (at: Date) => kind.run(attemptContext(input, { now: () => at }), tools);

  // The answer to the first try is lost.
  expect(await attempt(new Date('2026-11-21T12:00:00Z'))).toMatchObject({ result: 'failed', retryable: true });
  expect(await attempt(now)).toMatchObject({ result: 'failed', code: 'github_busy', retryable: true });
  held.clear();
  expect(await attempt(now)).toMatchObject({ result: 'succeeded', outputs: { run_id: '70', found: true } });
  expect(written).toHaveLength(1);
});
