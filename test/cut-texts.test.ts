import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ActionKind } from '../src/actions/action.ts';
import { contract as email } from '../src/actions/email/contract.fixture.ts';
import { loadKinds } from '../src/actions/load-kinds.ts';
import { createMasker } from '../src/vault/masking.ts';
import type { Door } from '../src/actions/door.ts';
import { actionTools, createTestDoor } from './support/action-tools.ts';
import { attemptContext } from './support/attempt-context.ts';
import { githubAt } from './support/github-contract.ts';
import { createHttpReceiver, type Receiver } from './support/kind-contract.ts';

/** Longer than the places into which it is put, so that they cut it. */
const secret = Array.from({ length: 60 }, (_, index) => `part${index}`).join('-');
const mask = createMasker([secret]);

const kinds = new Map((await loadKinds()).map((kind) => [kind.name, kind]));
let door: Door;
let receiver: Receiver;
beforeAll(async () => {
  door = createTestDoor();
  receiver = await createHttpReceiver({
    accepted: ({ method, url }, body) => {
      if (url?.endsWith('/echo')) return `${'x'.repeat(200)}${secret.repeat(200)}`;
      if (method === 'GET') return url?.includes('check-runs') ? '{"check_runs":[]}' : '[]';
      return JSON.stringify({ ...(JSON.parse(body) as object), id: 7, number: 7, state: 'open', html_url: receiver.url });
    },
  });
});
afterAll(async () => {
  await door.close();
  await receiver.close();
});

test.each<[kind: string, input: (url: string) => object]>([
  ['webhook', (url) => ({ url: `${url}/echo`, body: 'x'.repeat(70_000 - secret.length) + secret })],
  ['slack', (url) => ({ url: `${url}/echo`, text: secret })],
  ['email', () => ({ connection: 'smtp://127.0.0.1', from: 'a@b.test', to: secret, subject: 'x', text: 'x' })],
  ['email', () => ({ connection: 'smtp://127.0.0.1', from: secret, to: 'a@b.test', subject: 'x', text: 'x' })],
  ['github/issues', () => ({ issues: [{ title: secret }, { title: 'fine' }] })],
  ['github/status', () => ({ state: 'success', context: 'deploy', description: `Said: ${secret}` })],
  ['github/check', () => ({ name: 'licences', conclusion: 'success', title: secret, summary: secret })],
])('%s keeps no half of a secret that was cut', async (name, input) => {
  const kind = kinds.get(name) as ActionKind;
  const context = attemptContext(kind.schema.parse(input(receiver.url)), { mask, secrets: { TOKEN: secret } });
  const tools = actionTools({ door, github: githubAt(receiver.url), ...email.tools!(receiver.url) });
  const kept = JSON.stringify(await kind.run(context, tools));
  expect(kept).toContain('***');
  expect(kept).not.toContain('part1');
});
