import { describe, expect, test } from '@jest/globals';
import { fileWith, listProblems } from '../../test/support/config-world.ts';
import { bareTriggerNames } from './triggers.ts';

const words = bareTriggerNames.join(', ');
const run = '    steps: [{ uses: script, with: { run: x } }]';

/** A watch, and the one problem it has. */
const broken: [watch: string, expected: string][] = [
  ['', '3:3 config_value_invalid `watches.w` is empty; it must be a mapping.'],
  ['    on: push', '3:3 config_key_missing `watches.w.steps` is missing.'],
  [run, '3:3 config_key_missing `watches.w.on` is missing.'],
  [`    on: pusj\n${run}`, `4:9 config_value_invalid \`watches.w.on\` is \`pusj\`, which is not one of ${words}. Did you mean \`push\`?`],
  [
    `    on: [push, tga]\n${run}`,
    `4:16 config_value_invalid \`watches.w.on[1]\` is \`tga\`, which is not one of ${words}. Did you mean \`tag\`?`,
  ],
  [`    on: []\n${run}`, '4:9 config_value_invalid `watches.w.on` needs at least 1 entry.'],
  [`    on: {}\n${run}`, '4:9 config_value_invalid `watches.w.on` names no trigger; write one such as `push`.'],
  [`    on: 5\n${run}`, '4:9 config_value_invalid `watches.w.on` must be text or a list or a mapping, not the number `5`.'],
  [
    `    on: { workflow_dispatch: {} }\n${run}`,
    '4:11 config_key_unknown `watches.w.on.workflow_dispatch` is `workflow_dispatch`, which is no trigger here. Write `manual`.',
  ],
  [
    `    on: { push: { brnaches: [main] } }\n${run}`,
    '4:19 config_key_unknown `watches.w.on.push.brnaches` is not a key that exists. Did you mean `branches`? Known here: branches, paths, paths_unknown, authors.',
  ],
  [
    `    on: { push: { branches-ignore: [main] } }\n${run}`,
    '4:19 config_key_unknown `watches.w.on.push.branches-ignore` is not a key that exists. Use `branches` with a pattern that begins with `!`. Known here: branches, paths, paths_unknown, authors.',
  ],
  [
    `    on: { push: { paths: [a], paths_unknown: held } }\n${run}`,
    '4:46 config_value_invalid `watches.w.on.push.paths_unknown` is `held`, which is not one of run, skip, hold. Did you mean `hold`?',
  ],
  [
    `    on: { push: { branches: ["!a"] } }\n${run}`,
    '4:29 config_value_invalid `watches.w.on.push.branches` only takes names out, so nothing is ever picked; begin with a pattern such as `**`.',
  ],
  [
    `    on: { push: { branches: [a, "[b"] } }\n${run}`,
    '4:33 config_value_invalid `watches.w.on.push.branches[1]`: The pattern `[b` has a `[` without its `]`; write `\\[` for the character itself.',
  ],
  [
    `    on: { branch: { types: [craeted] } }\n${run}`,
    '4:29 config_value_invalid `watches.w.on.branch.types[0]` is `craeted`, which is not one of created, updated, deleted, joined, left. Did you mean `created`?',
  ],
  [
    `    on: push\n    mode: dryrun\n${run}`,
    '5:11 config_value_invalid `watches.w.mode` is `dryrun`, which is not one of on, off, dry-run. Did you mean `dry-run`?',
  ],
  [`    on: push\n    timeout: 15\n${run}`, '5:14 config_value_invalid `watches.w.timeout` must be a duration such as 15s.'],
  [
    `    on: push\n    timeout: 15x\n${run}`,
    '5:14 config_value_invalid `watches.w.timeout` must be a duration such as 500ms, 15s, 5m or 2h, not `15x`.',
  ],
  [`    on: push\n    timeout: 2h\n${run}`, '5:14 config_value_invalid `watches.w.timeout` must be between 100ms and 1h, not 2h.'],
  [`    on: push\n    retry: [5s, 5]\n${run}`, '5:17 config_value_invalid `watches.w.retry[1]` must be a duration such as 15s.'],
  [
    `    on: push\n    retry: standad\n${run}`,
    '5:12 config_value_invalid `watches.w.retry` is `standad`, which is not one of standard, none. Did you mean `standard`?',
  ],
  [
    `    on: push\n    order: lifo\n${run}`,
    '5:12 config_value_invalid `watches.w.order` is `lifo`, which is not one of fifo, strict, none. Did you mean `fifo`?',
  ],
  [
    `    on: push\n    concurrency: { key: a, cancel-in-progress: true }\n${run}`,
    '5:28 config_key_unknown `watches.w.concurrency.cancel-in-progress` is not a key that exists. Write `on_busy: latest`. Known here: key, on_busy.',
  ],
  [
    `    on: push\n    include_self: "yes"\n${run}`,
    '5:19 config_value_invalid `watches.w.include_self` must be true or false, not the text `yes`. YAML 1.2 knows only `true` and `false`.',
  ],
  [
    `    on: push\n    name: "\${{ ref.name }}"\n${run}`,
    '5:12 expression_invalid Expressions are not evaluated in `watches.w.name`. Write the value itself.',
  ],
  ['    on: push\n    steps: []', '5:12 config_value_invalid `watches.w.steps` needs at least 1 entry.'],
  ['    on: push\n    steps: [{ with: {} }]', '5:13 config_key_missing `watches.w.steps[0].uses` is missing.'],
  [
    '    on: push\n    steps: [{ uses: webhok }]',
    '5:21 action_unknown `watches.w.steps[0].uses` is `webhok`, which is no kind of action. Did you mean `webhook`? Known here: webhook, script.',
  ],
  [
    '    on: push\n    steps:\n      - run: echo\n        uses: script\n        with: { run: x }',
    '6:9 config_key_unknown `watches.w.steps[0].run` is not a key that exists. There is no shell; use `uses: script` with `run` under `with`. Known here: id, name, if, uses, with, env, timeout, retry.',
  ],
  ['    on: push\n    steps: [{ uses: webhook }]', '5:13 config_key_missing `watches.w.steps[0].with.url` is missing.'],
  [
    '    on: push\n    steps: [{ uses: webhook, with: { url: x } }]',
    '5:43 action_input_invalid `watches.w.steps[0].with.url`: Invalid URL.',
  ],
  [
    '    on: push\n    steps: [{ uses: webhook, with: { url: "https://a.b", urll: x } }]',
    '5:58 config_key_unknown `watches.w.steps[0].with.urll` is not a key that exists. Did you mean `url`? Known here: url, method, secret, headers, body.',
  ],
  [
    '    on: push\n    steps: [{ uses: script, with: { run: a, file: b } }]',
    '5:35 action_input_invalid `watches.w.steps[0].with`: Give either run or file.',
  ],
  [
    '    on: push\n    steps: [{ uses: script, with: { run: "a(\'${{ commit.message }}\')" } }]',
    '5:46 action_input_invalid `watches.w.steps[0].with.run` is run as code, so it takes no `${{ }}`: what strangers wrote would become part of it. Read the values from the arguments instead.',
  ],
  [
    '    on: push\n    steps: [{ uses: script, with: { run: x }, env: { a-b: x } }]',
    '5:54 config_value_invalid `watches.w.steps[0].env.a-b` is not a good name: begin with a letter or `_`, go on with letters, digits and `_`, at most 100.',
  ],
  [
    '    on: push\n    steps: [{ id: a, uses: script, with: { run: x } }, { id: A, uses: script, with: { run: x } }]',
    '5:62 config_value_invalid `watches.w.steps[1].id` is `A`, which another step of this watch has already. Choose another id.',
  ],
];

const expressions: typeof broken = [
  [`    on: push\n    if: reff.name == 'x'\n${run}`, '5:9 expression_invalid `reff` cannot be used here. Did you mean `ref`?'],
  [
    `    on: push\n    if: "\${{ true && contians('a', 'b') }}"\n${run}`,
    '5:22 expression_invalid There is no function `contians` here. Did you mean `contains`?',
  ],
  [
    `    on: push\n    if: \${{ a }} && b\n${run}`,
    '5:9 expression_invalid Write the whole condition inside one `${{ }}`, or leave `${{ }}` away.',
  ],
  [`    on: push\n    if: success()\n${run}`, '5:9 expression_invalid `success()` means nothing here. Only the `if` of a step knows it.'],
  [`    on: push\n    if: secrets.A == 'x'\n${run}`, '5:9 expression_invalid `secrets` cannot be used here.'],
  [
    `    on: push\n    if: \${{ contains(ref.name, ' #1') }}\n${run}`,
    '5:9 expression_invalid In YAML ` #` begins a comment and cuts this value, so its `${{` is never closed. Put the value in quotes.',
  ],
  [`    on: push\n    concurrency: x \${{ steps.a }}\n${run}`, '5:24 expression_invalid `steps` cannot be used here.'],
  [
    '    on: push\n    steps:\n      - uses: webhook\n        with:\n          url: https://a.b/${{ vars.nope }}',
    '8:37 expression_invalid `vars.nope` names no variable of this file.',
  ],
  [
    '    on: push\n    steps:\n      - uses: webhook\n        with:\n          url: https://a.b\n          body: |\n            first ${{ ref.name }}\n            second ${{ stpes.a }}',
    '11:24 expression_invalid `stpes` cannot be used here. Did you mean `steps`?',
  ],
  [
    '    on: push\n    steps: [{ uses: webhook, with: { url: "${{ steps.later.outputs.x }}" } }, { id: later, uses: script, with: { run: x } }]',
    '5:54 expression_invalid `steps.later` names no step before this one.',
  ],
  [
    '    on: push\n    steps: [{ uses: webhook, with: { url: "${{ toJSON(secrets) }}" } }]',
    '5:55 expression_invalid Secrets are used one by one and by name: write `secrets.NAME`.',
  ],
  [
    '    on: push\n    steps: [{ uses: webhook, with: { url: "https://a.b", headers: { "${{ ref.name }}": x } } }]',
    '5:69 expression_invalid Expressions are not evaluated in keys.',
  ],
  [
    '    on: push\n    steps: [{ uses: webhook, with: { url: "https://a.b/${{ ref.name" } }]',
    '5:56 expression_invalid This `${{` has no `}}` to close it.',
  ],
];

describe('one mistake gives one message at its place', () => {
  test.each(broken)('%j', (watch, expected) => {
    expect(listProblems(fileWith(watch))).toEqual([expected]);
  });

  test.each(expressions)('%j', (watch, expected) => {
    expect(listProblems(fileWith(watch))).toEqual([expect.stringContaining(expected)]);
  });

  test.each<[string, string]>([
    ['', '1:1 config_key_missing The file is empty. Begin with `version: 1` and `watches:`.'],
    ['# nothing\n', '1:1 config_key_missing The file is empty.'],
    ['version: 2\nwatches: {}', '1:10 config_value_invalid `version` is `2`, which is not one of 1.'],
    ['watches: {}', '1:1 config_key_missing `version` is missing.'],
    ['version: 1', '1:1 config_key_missing `watches` is missing.'],
    ['- a', '1:1 config_value_invalid The file must be a mapping, not a list.'],
    [
      'version: 1\nwatches: { 9a: { on: push, steps: [{ uses: script, with: { run: x } }] } }',
      '2:12 config_value_invalid `watches.9a` is not a good id',
    ],
    [
      'version: 1\nreconcile: { interval: 30s }\nwatches: {}',
      '2:24 config_value_invalid `reconcile.interval` must be between 1m and 24h, not 30s.',
    ],
    [
      'version: 1\nreconcile: { refs: [branch] }\nwatches: {}',
      '2:21 config_value_invalid `reconcile.refs[0]` is `branch`, which is not one of branches, tags. Did you mean `branches`?',
    ],
    [
      'version: 1\ndefaults: { timout: 5s }\nwatches: {}',
      '2:13 config_key_unknown `defaults.timout` is not a key that exists. Did you mean `timeout`?',
    ],
    ['version: 1\nvars: { a: "${{ after }}" }\nwatches: {}', '2:13 expression_invalid Expressions are not evaluated in `vars.a`.'],
    [
      'version: 1\nvars: { a: [1] }\nwatches: {}',
      '2:12 config_value_invalid `vars.a` must be text or a number or true or false, not a list.',
    ],
  ])('%j', (text, expected) => {
    expect(listProblems(text)).toEqual([expect.stringContaining(expected)]);
  });

  test('all mistakes of a file are told, in its order, at most 50', () => {
    const many = listProblems(
      `version: 1\nfoo: 1\nwatches:\n${Array.from({ length: 60 }, (_, index) => `  w${index}: { on: pus, steps: [] }`).join('\n')}\n`,
    );
    expect(many).toHaveLength(50);
    expect(many.slice(0, 3).map((problem) => problem.split(' ', 2).join(' '))).toEqual([
      '2:1 config_key_unknown',
      '4:13 config_value_invalid',
      '4:25 config_value_invalid',
    ]);
  });
});
