import { describe, expect, test } from '@jest/globals';
import { compileText } from '../../test/support/config-world.ts';
import { evaluateTemplate } from '../core/expressions-template.ts';
import { standardRetry } from './retry.ts';

const config = compileText(`version: 1
defaults:
  retry: [5s, 500ms, 2m]
  timeout: 15s
  order: strict
reconcile:
  interval: 5m
  refs: [branches]
  catch_up: latest
vars:
  host: https://deploy.example.com
  tries: 3
x-steps:
  common: &common { uses: webhook, with: { url: "https://a.example.com" } }
watches:
  # the first
  deploy:
    name: Deploy
    on: { push: { branches: [main] } }
    if: \${{ event.pusher.name != 'bot' }}
    timeout: 20s
    steps:
      - id: gate
        uses: script
        with: { file: .github/repowatch/gate.js, timeout: 2s }
        env: { TOKEN: "\${{ secrets.DEPLOY_TOKEN }}", N: 5 }
        retry: none
      - uses: webhook
        name: Tell
        if: \${{ steps.gate.outputs.deploy }}
        timeout: 1m
        with:
          url: \${{ vars.host }}/hooks
          secret: \${{ secrets.SIGNING }}
          headers: { x-token: "Bearer \${{ secrets.DEPLOY_TOKEN }}" }
          body: { sha: "\${{ after }}", tries: "\${{ vars.tries }}" }
  plain: { on: [push, push, tag], mode: off, include_self: true, order: none, retry: standard, steps: [*common] }
`);

describe('compileConfig', () => {
  test('turns words into what is used', () => {
    expect(config.reconcile).toEqual({ intervalMs: 300_000, refs: ['branches'], catchUp: 'latest' });
    const [deploy, plain] = config.watches;
    expect(deploy).toMatchObject({
      id: 'deploy',
      name: 'Deploy',
      line: 17,
      mode: 'on',
      order: 'strict',
      includeSelf: false,
      usesEvent: true,
      concurrency: undefined,
    });
    expect(deploy?.secretNames).toEqual(['DEPLOY_TOKEN', 'SIGNING']);
    expect(
      deploy?.steps.map(({ id, name, kind, retry, timeoutMs, secretNames }) => ({ id, name, kind, retry, timeoutMs, secretNames })),
    ).toEqual([
      { id: 'gate', name: undefined, kind: 'script', retry: [], timeoutMs: 20_000, secretNames: ['DEPLOY_TOKEN'] },
      { id: undefined, name: 'Tell', kind: 'webhook', retry: [5, 0.5, 120], timeoutMs: 60_000, secretNames: ['DEPLOY_TOKEN', 'SIGNING'] },
    ]);
    expect(plain).toMatchObject({
      id: 'plain',
      line: 37,
      mode: 'off',
      order: 'none',
      includeSelf: true,
      usesEvent: false,
      secretNames: [],
    });
    expect(plain?.triggers.map((trigger) => trigger.name)).toEqual(['push', 'tag']);
    expect(plain?.steps[0]?.retry).toEqual(standardRetry);
    expect(plain?.steps[0]?.timeoutMs).toBe(15_000);
  });

  test('inputs and environment are filled in with their types', () => {
    const [gate, hook] = config.watches[0]!.steps;
    const scope = { contexts: { after: 'abc', vars: config.watches[0]!.vars, secrets: { DEPLOY_TOKEN: 't', SIGNING: 's' } } };
    expect(evaluateTemplate(hook!.with, scope)).toEqual({
      ok: true,
      value: { url: 'https://deploy.example.com/hooks', secret: 's', headers: { 'x-token': 'Bearer t' }, body: { sha: 'abc', tries: 3 } },
    });
    expect(Object.entries(gate!.env).map(([name, template]) => [name, evaluateTemplate(template, scope)])).toEqual([
      ['TOKEN', { ok: true, value: 't' }],
      ['N', { ok: true, value: 5 }],
    ]);
  });

  test('has the documented defaults', () => {
    const bare = compileText('version: 1\nwatches:\n  w: { on: push, steps: [{ uses: script, with: { run: x } }] }');
    expect(bare.reconcile).toEqual({ intervalMs: 'auto', refs: ['branches', 'tags'], catchUp: 'all' });
    expect(bare.watches[0]).toMatchObject({
      order: 'fifo',
      mode: 'on',
      includeSelf: false,
      steps: [{ retry: standardRetry, timeoutMs: undefined, if: undefined }],
    });
  });
});
