import { describe, expect, test } from '@jest/globals';
import { exampleKinds, fileWith, listProblems } from '../../test/support/config-world.ts';
import { parseConfig } from './parse-config.ts';

const parse = (text: string | Uint8Array) => parseConfig(text, { kinds: exampleKinds, path: '.github/repowatch.yml' });
const run = '    steps: [{ uses: script, with: { run: x } }]';

describe('the examples of the language', () => {
  test('notify-main, deploy, branches and tags are valid', () => {
    const text = `# yaml-language-server: $schema=https://repowatch.example.com/schema/repowatch.json
version: 1

defaults:
  retry: standard                   # standard = 5s, 5m, 30m, 2h, 5h, 10h, 14h, 20h, 24h + jitter | none | [5s, 30s, 2m]
  timeout: 15s
  order: fifo                       # fifo | strict | none; key below
  concurrency: \${{ repository.id }}:\${{ ref.name }}

reconcile:
  interval: auto                    # auto (by activity) or 1m … 24h; a staleness target, not a timer per repository
  refs: [branches, tags]
  catch_up: all                     # all | latest | none, for changes found late

vars:
  deploy_host: https://deploy.example.com

watches:
  notify-main:
    name: Tell the team about main
    on:
      push:                         # = branch.updated + branch.created, with its commits as one batch
        branches: [main, "release/**", "!release/**/tmp"]
        paths: ["src/**", "!**/*.md"]
        paths_unknown: run          # run | skip | hold, when GitHub cannot list every file
    if: \${{ !contains(commit.message, '[skip notify]') && actor.type != 'Bot' }}
    steps:
      - uses: webhook
        with:
          url: \${{ secrets.SLACK_WEBHOOK }}
          body:
            text: "*\${{ repository.full_name }}* \`\${{ ref.name }}\`: \${{ change.commit_count }} commit(s) by \${{ actor.login }}"

  deploy:
    on: { push: { branches: [main] } }
    concurrency: { key: "deploy:\${{ repository.id }}" }
    steps:
      - id: gate
        uses: script
        with:
          file: .github/repowatch/gate.js      # from the default branch; or \`run: |\` inline
          timeout: 2s
          memory: 32MB
        env: { TOKEN: "\${{ secrets.DEPLOY_TOKEN }}" }
      - id: hook
        if: \${{ steps.gate.outputs.deploy }}
        uses: webhook
        with:
          url: \${{ vars.deploy_host }}/hooks/deploy
          secret: \${{ secrets.DEPLOY_SIGNING }}   # Standard Webhooks: webhook-id, -timestamp, -signature
          headers: { authorization: "Bearer \${{ secrets.DEPLOY_TOKEN }}" }
          body: { sha: "\${{ after }}", reason: "\${{ steps.gate.outputs.reason }}" }
      - if: \${{ failure() }}
        uses: webhook
        with: { url: "https://hooks.example.com/failed" }

  branches: { on: { branch: { types: [created, updated, deleted], branches: ["release/**"] } }, steps: [ { uses: webhook, with: { url: "https://hooks.example.com/branches" } } ] }
  tags:     { on: { tag: { types: [created, moved, deleted], tags: ["v*"] } }, steps: [ { uses: webhook, with: { url: "https://hooks.example.com/tags" } } ] }
`;
    expect(listProblems(text)).toEqual([]);
    const result = parse(text);
    expect(result.status === 'ok' && result.config).toMatchObject({
      path: '.github/repowatch.yml',
      lines: { 'notify-main': 19, deploy: 34, branches: 57, tags: 58 },
    });
    expect(listProblems(text.replaceAll('\n', '\r\n'))).toEqual([]);
    expect(listProblems(`\uFEFF${text}`)).toEqual([]);
    expect(listProblems(Buffer.from(`\uFEFF${text}`))).toEqual([]);
  });
});

describe('valid forms', () => {
  test.each([
    '    on: push',
    '    on: [push, branch, tag]',
    '    on: { push: null, tag: {} }',
    '    on:\n      push:\n      tag:',
    '    on: { push: { branches: main, paths: "**.js" } }',
    '    on: { branch: { types: created } }',
    '    on: push\n    mode: off',
    '    on: push\n    mode: on',
    '    on: push\n    if: true',
    "    on: push\n    if: |\n      ref.name == 'main' &&\n      actor.login != 'x'",
    '    on: push\n    retry: none\n    timeout: 500ms\n    order: none\n    include_self: true\n    description: x',
    '    on: push\n    x-note: ${{ anything }}',
    '    "on": push',
  ])('%j', (watch) => {
    expect(listProblems(fileWith(`${watch}\n${run}`))).toEqual([]);
  });

  test('anchors, aliases and the user’s own keys', () => {
    expect(
      listProblems(
        `x-a: &steps [{ uses: script, with: { run: x } }]\n${fileWith('    on: push\n    steps: *steps', 'x-b: !!str\n').replace(': !!str', ': 1')}`,
      ),
    ).toEqual([]);
  });

  test('values with expressions are not checked before they are known, everything beside them is', () => {
    const hook = (inputs: string) => listProblems(fileWith(`    on: push\n    steps: [{ uses: webhook, with: { ${inputs} } }]`));
    expect(hook('url: "${{ vars.a }}"').join()).toMatch(/names no variable/);
    expect(hook('url: "https://${{ ref.name }}", headers: "${{ event.headers }}", method: "${{ event.m }}"')).toEqual([]);
    expect(hook('url: "${{ ref.name }}", headers: { a: "${{ ref.name }}", b: 5 }')).toEqual([
      '5:98 action_input_invalid `watches.w.steps[0].with.headers.b` must be text, not the number `5`.',
    ]);
  });
});
