import { describe, expect, test } from '@jest/globals';
import type { RefChange } from '../changes/change.ts';
import { compileOne, compileText, exampleChange, exampleCommit, fileWith } from '../../test/support/config-world.ts';
import { concurrencyKey, judgeStep, matchWatch, type MatchSubject } from './match.ts';

const subject = (change: RefChange, more: Partial<MatchSubject> = {}): MatchSubject => ({ change, isSelf: false, ...more });
const push = (name: string, data: Parameters<typeof exampleChange>[2] = {}) => exampleChange('branch.updated', name, data);
const judge = (watch: string, change: RefChange, more: Partial<MatchSubject> = {}) => matchWatch(compileOne(watch), subject(change, more));
const yes = { matched: true };
const no = (clause: string, reason: string | RegExp) => ({
  matched: false,
  clause,
  reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
});

describe('triggers', () => {
  test.each<[string, RefChange, unknown]>([
    ['    on: push', push('main'), yes],
    ['    on: push', exampleChange('branch.created', 'x'), yes],
    ['    on: push', exampleChange('branch.deleted', 'x'), no('on', '`branch.deleted` is not what push is about')],
    ['    on: push', exampleChange('tag.created', 'v1'), no('on', /^`tag.created`/)],
    ['    on: [push, tag]', exampleChange('tag.moved', 'v1'), yes],
    ['    on: [push, tag]', exampleChange('branch.deleted', 'v1'), no('on', '`branch.deleted` is not what push, tag are about')],
    ['    on: { branch: { types: [created, deleted] } }', exampleChange('branch.deleted', 'x'), yes],
    ['    on: { branch: { types: created } }', push('x'), no('on.branch.types', '`branch.updated` is none of branch.created')],
    ['    on: { branch: null, tag: { tags: ["v*"] } }', push('x'), yes],
    ['    on: { tag: { types: [created], tags: ["v*", "!v0*"] } }', exampleChange('tag.created', 'v1'), yes],
    ['    on: { tag: { tags: ["v*", "!v0*"] } }', exampleChange('tag.created', 'v0.1'), no('on.tag.tags', '`v0.1` is taken out by `!v0*`')],
    ['    on: { push: { branches: [main, "release/**"] } }', push('dev'), no('on.push.branches', '`dev` matches none of main, release/**')],
    ['    on: { push: { branches: main } }', push('main'), yes],
    ['    on: { push: { branches: [main] }, branch: { types: [updated], branches: [dev] } }', push('dev'), yes],
    ['    on: { push: { branches: [main] }, branch: { branches: [dev] } }', push('x'), no('on.push.branches', /none of main$/)],
    ['    on: push\n    mode: off', push('main'), no('mode', 'the watch is switched off')],
  ])('%s', (watch, change, expected) => {
    expect(judge(watch, change)).toEqual(expected);
  });
});

describe('merge queues', () => {
  const queued = push('gh-readonly-queue/main/pr-1-abc');
  test.each<[string, unknown]>([
    ['push', no('on.push.branches', /merge queue/)],
    ['{ push: { branches: ["**"] } }', no('on.push.branches', /only a pattern that begins with `gh-readonly-queue\/`/)],
    ['{ push: { branches: ["gh-readonly-queue/**"] } }', yes],
    ['{ push: { branches: ["gh-readonly-queue/main/**", "**"] } }', yes],
    ['{ push: { branches: ["gh-readonly-queue/dev/**", "**"] } }', no('on.push.branches', /merge queue/)],
    ['{ push: { branches: ["gh-readonly-queue/**", "!**/pr-1-*"] } }', no('on.push.branches', /merge queue/)],
    ['branch', no('on.branch.branches', /merge queue/)],
  ])('on: %s', (on, expected) => {
    expect(judge(`    on: ${on}`, queued)).toEqual(expected);
  });
});

describe('paths', () => {
  const on = (more = '') => `    on: { push: { paths: ["src/**", "!**/*.md"]${more} } }`;
  const changed = (files: Parameters<typeof exampleCommit>[0], data: Parameters<typeof push>[1] = {}) =>
    push('main', { commits: [exampleCommit(), exampleCommit(files)], ...data });
  const missed = no('on.push.paths', /changed files matches src\/\*\*, !\*\*\/\*\.md$/);

  test.each<[string, RefChange, unknown]>([
    ['added', changed({ added: ['src/a.ts'] }), yes],
    ['modified', changed({ modified: ['x', 'src/a.ts'] }), yes],
    ['removed', changed({ removed: ['src/deep/a.ts'] }), yes],
    ['taken out', changed({ modified: ['src/README.md'] }), missed],
    ['elsewhere', changed({ modified: ['docs/a.ts'] }), missed],
    ['no files', push('main', { commits: [], commit_count: 0 }), missed],
  ])('%s', (_, change, expected) => {
    expect(judge(on(), change)).toEqual(expected);
  });

  const skipped = no('on.push.paths', /`paths_unknown` is skip/);
  test.each<[string, RefChange]>([
    ['truncated', changed({ modified: ['docs/a'] }, { truncated: true })],
    ['commits unknown', push('main', { commits: [], commit_count: 0, commits_unknown: true })],
    ['fewer commits than counted', changed({ modified: ['docs/a'] }, { commit_count: 3000 })],
    ['only taken away by force', push('main', { commits: [], commit_count: 0, forced: true })],
  ])('files unknown: %s', (_, change) => {
    expect(judge(on(), change)).toEqual(yes);
    expect(judge(on(', paths_unknown: run'), change)).toEqual(yes);
    expect(judge(on(', paths_unknown: skip'), change)).toEqual(skipped);
  });

  test('a file that fits is enough, also when others are unknown', () => {
    expect(judge(on(', paths_unknown: skip'), changed({ added: ['src/a.ts'] }, { truncated: true }))).toEqual(yes);
  });
});

describe('own changes and conditions', () => {
  test('a change by RepoWatch itself counts only where the watch says so', () => {
    expect(judge('    on: push', push('main'), { isSelf: true })).toEqual(no('include_self', 'RepoWatch made this change itself'));
    expect(judge('    on: push\n    include_self: true', push('main'), { isSelf: true })).toEqual(yes);
  });

  test.each<[string, unknown]>([
    ["${{ !contains(commit.message, '[skip notify]') && actor.type != 'Bot' }}", yes],
    ["ref.name == 'dev'", no('if', "`ref.name == 'dev'` is false")],
    ['event.pusher.name', yes],
    ['true', yes],
    ['"${{ fromJSON(ref.name) }}"', no('if', /could not be evaluated: fromJSON was given text that is not JSON/)],
  ])('if: %s', (condition, expected) => {
    expect(judge(`    on: push\n    if: ${condition}`, push('main'), { event: () => ({ pusher: { name: 'mona' } }) })).toEqual(expected);
  });

  test('the payload is only asked for by a condition that names it', () => {
    const event = () => {
      throw new Error('asked');
    };
    expect(judge("    on: push\n    if: ref.name == 'main'", push('main'), { event })).toEqual(yes);
  });

  test('names are data: a hostile branch cannot become part of an expression', () => {
    for (const name of ["'; drop table", '$(reboot)', "x' || 'a' == 'a", '${{ true }}', 'ü'.repeat(127), 'constructor']) {
      expect(judge("    on: push\n    if: ref.name == 'main'", push(name))).toMatchObject({ matched: false, clause: 'if' });
    }
  });
});

describe('concurrencyKey', () => {
  test('is watch, repository and ref unless the watch says otherwise', () => {
    const change = push('main');
    expect(concurrencyKey(compileOne('    on: push'), subject(change))).toEqual({ ok: true, value: '["w","42","refs/heads/main"]' });
    const keyed = compileOne('    on: push\n    concurrency: { key: "deploy:${{ repository.id }}" }');
    expect(concurrencyKey(keyed, subject(change))).toEqual({ ok: true, value: 'deploy:42' });
    const inherited = compileOne('    on: push', 'defaults:\n  concurrency: ${{ repository.id }}:${{ ref.name }}\n');
    expect(concurrencyKey(inherited, subject(change))).toEqual({ ok: true, value: '42:main' });
    const long = compileOne("    on: push\n    concurrency: ${{ format('{0}{0}{0}', commit.message) }}");
    const wordy = push('main', { commits: [exampleCommit({}, 'x'.repeat(500))] });
    expect(concurrencyKey(long, subject(wordy))).toMatchObject({ ok: false, code: 'expression_failed' });
  });
});

describe('judgeStep', () => {
  const steps = compileText(
    fileWith(`    on: push
    steps:
      - { id: a, uses: script, with: { run: x } }
      - { uses: script, with: { run: x }, if: "\${{ steps.a.outputs.go }}" }
      - { uses: script, with: { run: x }, if: failure() }
      - { uses: script, with: { run: x }, if: "always() && steps.a.outputs.go" }`),
  ).watches[0]!.steps;
  const judged = (failed: boolean, go: boolean) =>
    steps.map((step) => judgeStep(step, { contexts: { steps: { a: { outputs: { go } } } }, failed }));
  const value = (answer: boolean) => ({ ok: true, value: answer });

  test('runs while nothing has failed, unless its condition asks for more', () => {
    expect(judged(false, true)).toEqual([true, true, false, true].map(value));
    expect(judged(false, false)).toEqual([true, false, false, false].map(value));
    expect(judged(true, true)).toEqual([false, false, true, true].map(value));
  });
});
