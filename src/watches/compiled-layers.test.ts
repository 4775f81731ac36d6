import { describe, expect, test } from '@jest/globals';
import { corpusKinds, exampleChange, exampleCommit } from '../../test/support/config-world.ts';
import { compileConfig, type CompiledConfig } from './compile-config.ts';
import { matchWatch } from './match.ts';
import { parseConfig } from './parse-config.ts';

const hook = 'steps: [{ uses: webhook, with: { url: https://a.example.com } }]';

function compile(text: string, organization = false): CompiledConfig {
  const parsed = parseConfig(text, { kinds: corpusKinds, organization });
  if (parsed.status === 'invalid') throw new Error(parsed.problems.map((problem) => problem.message).join('\n'));
  return compileConfig(parsed.config);
}

describe('layers', () => {
  test('a repository says what it extends and what it switches off', () => {
    const config = compile(`version: 1
extends: defaults@release/v1
watches:
  noisy: off
  own: { on: push, ${hook} }
  audit: { mode: off }
  paused: { on: push, mode: off, ${hook} }
`);
    expect(config.extends).toEqual({ kind: 'repository', name: 'defaults', ref: 'release/v1' });
    expect([...config.switchedOff]).toEqual([
      ['noisy', 4],
      ['audit', 6],
    ]);
    expect(config.watches.map(({ id, line, mode, mandatory }) => ({ id, line, mode, mandatory }))).toEqual([
      { id: 'own', line: 5, mode: 'on', mandatory: false },
      { id: 'paused', line: 7, mode: 'off', mandatory: false },
    ]);
    expect([compile('version: 1\nwatches: {}').extends, compile('version: 1\nextends: none\nwatches: {}').extends]).toEqual([
      { kind: 'org' },
      { kind: 'none' },
    ]);
  });

  test('an organisation has mandatory watches and says what is allowed', () => {
    const config = compile(
      `version: 1
watches:
  notify: { on: push, ${hook} }
mandatory:
  audit: { on: tag, ${hook} }
allow:
  actions: webhook
  destinations: ["*.example.com"]
  secrets: { TOKEN: ["app-*", "!app-test"] }
`,
      true,
    );
    expect(config.watches.map(({ id, line, mandatory }) => ({ id, line, mandatory }))).toEqual([
      { id: 'notify', line: 3, mandatory: false },
      { id: 'audit', line: 5, mandatory: true },
    ]);
    expect(config.allow).toMatchObject({ actions: ['webhook'], destinations: ['*.example.com'] });
    const may = config.allow!.secrets['TOKEN']!;
    expect(['app-one', 'app-test', 'train'].map((name) => may(name).matched)).toEqual([true, false, false]);
    const listed = compile(
      `version: 1\nmandatory: [audit]\nwatches: { audit: { on: tag, ${hook} }, notify: { on: push, ${hook} } }\n`,
      true,
    );
    expect(listed.watches.map(({ id, mandatory }) => [id, mandatory])).toEqual([
      ['audit', true],
      ['notify', false],
    ]);
    expect(listed.allow).toBeUndefined();
  });
});

test('what a run needs to know is compiled', () => {
  const config = compile(`version: 1
defaults:
  concurrency: { key: "all", on_busy: drop }
watches:
  a: { on: { push: { paths: [x], paths_unknown: hold } }, mode: dry-run, settle: 30s, batch: 2m, ${hook} }
  b: { on: push, concurrency: { on_busy: latest }, ${hook} }
  c: { on: push, concurrency: own, ${hook} }
machines:
  m: { initial: open, aliases: { open: Open }, transitions: { open: { merged: <end> } } }
`);
  expect(
    config.watches.map(({ mode, onBusy, settleMs, batchMs, pathsUnknown, concurrency }) => ({
      mode,
      onBusy,
      settleMs,
      batchMs,
      pathsUnknown,
      key: concurrency,
    })),
  ).toEqual([
    { mode: 'dry-run', onBusy: 'drop', settleMs: 30_000, batchMs: 120_000, pathsUnknown: 'hold', key: { kind: 'literal', value: 'all' } },
    { mode: 'on', onBusy: 'latest', settleMs: 0, batchMs: 0, pathsUnknown: 'run', key: { kind: 'literal', value: 'all' } },
    { mode: 'on', onBusy: 'drop', settleMs: 0, batchMs: 0, pathsUnknown: 'run', key: { kind: 'literal', value: 'own' } },
  ]);
  expect(config.machines['m']).toMatchObject({ initial: 'open', transitions: { open: { merged: '<end>' } } });
});

test('a thousand changes are judged by fifty watches in well under a second', () => {
  const watches = Array.from(
    { length: 50 },
    (_, index) => `  w${index}:
    on:
      push: { branches: [main, "release/**", "!release/${index}/**"], paths: ["src/${index}/**", "!**/*.md"] }
      pull_request: { types: [merged], labels: [bug] }
    if: \${{ !contains(commit.message, '[skip ${index}]') && actor.type != 'Bot' }}
    ${hook}
`,
  );
  const config = compile(`version: 1\nwatches:\n${watches.join('')}`);
  const changes = Array.from({ length: 1000 }, (_, index) =>
    exampleChange('branch.updated', index % 2 === 0 ? 'main' : `release/${index}/x`, {
      commits: Array.from({ length: 3 }, (_commit, at) => exampleCommit({ modified: [`src/${index % 50}/a${at}.ts`, 'docs/b.md'] })),
    }),
  );
  const start = process.cpuUsage();
  let matched = 0;
  for (const change of changes) for (const watch of config.watches) if (matchWatch(watch, { change, isSelf: false }).matched) matched += 1;
  const { user, system } = process.cpuUsage(start);
  // A watch per change, but for the 25 branches that are taken out.
  expect(matched).toBe(975);
  // Some 300 ms where nothing else runs.
  expect((user + system) / 1000).toBeLessThan(2000);
});
