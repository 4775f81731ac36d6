import { describe, expect, test } from '@jest/globals';
import { changeTypes, type Change } from '../changes/change.ts';
import { compatibilityNames } from '../changes/compatibility-names.ts';
import { changeNouns, findNoun } from '../changes/nouns.ts';
import { compileOne, exampleChange, exampleCommit } from '../../test/support/config-world.ts';
import { buildContexts } from './contexts.ts';
import { concurrencyKey, matchWatch, type MatchResult } from './match.ts';
import { explainTriggerWord, olderNames } from './trigger-words.ts';
import { triggerNames, triggers } from './triggers.ts';

/** A change of a type as its noun shows it, with some of its data replaced. */
function sampleOf(type: string, more: (data: Record<string, never>) => unknown = (data) => data): Change {
  const noun = findNoun(type)!;
  const { data: _, ...facts } = exampleChange('branch.updated', 'main');
  const data = structuredClone(noun.sample(type)) as Record<string, never>;
  return { ...facts, type, data: more(data), actor: { id: '1', login: 'octocat', type: 'User' } } as Change;
}

const judge = (watch: string, change: Change): MatchResult => matchWatch(compileOne(watch), { change, isSelf: false });
const types = changeNouns.flatMap((noun) => Object.keys(noun.types));
const own = [
  'schedule.due',
  'manual.requested',
  'config.invalid',
  'run.dead',
  'recovery.gap',
  'destination.resting',
  'destination.recovered',
  'destination.disabled',
  'inbound.received',
];

/** How a type of change is asked for by name. */
function ask(type: string): string {
  const word = type.slice(type.indexOf('.') + 1);
  if (type === 'inbound.received') return 'inbound';
  if (own.slice(2).includes(type)) return `{ repowatch: { types: [${type}] } }`;
  if (type === 'project.deleted') return 'project_deleted';
  if (type === 'schedule.due') return '{ schedule: [{ cron: 0 3 * * *, timezone: Europe/Berlin }] }';
  if (type === 'manual.requested') return 'manual';
  const trigger = type.startsWith('issue.') ? 'issues' : type.slice(0, type.indexOf('.'));
  return `{ ${trigger}: { types: [${word}] } }`;
}

describe('every type of change', () => {
  test('can be asked for by some trigger, and no trigger asks for another', () => {
    const asked = new Set(triggerNames.flatMap((name) => [...triggers[name].allTypes]));
    expect([...asked].sort()).toEqual([...changeTypes].sort());
  });

  test.each(types)('%s fires the watch that asks for it, and no other', (type) => {
    const change = sampleOf(type, (data) => (own.slice(0, 2).includes(type) ? { ...(data as object), watch: 'w' } : data));
    expect(judge(`    on: ${ask(type)}`, change)).toEqual({ matched: true });
    expect(judge('    on: all', change).matched).toBe(!own.includes(type));
    const other = types.find((candidate) => candidate !== type && candidate.split('.')[0] === type.split('.')[0]) ?? 'tag.moved';
    expect(judge(`    on: ${ask(other)}`, change)).toMatchObject({ matched: false });
  });
});

describe('types that count when the file does not say', () => {
  test.each<[on: string, yes: string[], no: string[]]>([
    ['push', ['branch.updated', 'branch.created'], ['branch.deleted', 'branch.joined']],
    ['branch', ['branch.created', 'branch.deleted'], ['branch.joined', 'branch.left']],
    [
      'pull_request',
      ['pull_request.opened', 'pull_request.reopened', 'pull_request.synchronize'],
      ['pull_request.closed', 'pull_request.merged', 'pull_request.labeled'],
    ],
    ['issues', ['issue.opened', 'issue.labeled', 'issue.transferred'], ['issue_comment.created']],
    ['issue_comment', ['issue_comment.created', 'issue_comment.edited', 'issue_comment.deleted'], ['issue.opened']],
    ['release', ['release.published'], ['release.edited', 'release.unpublished', 'release.deleted']],
    ['presence', ['branch.joined', 'branch.left'], ['branch.created']],
    ['repowatch', own.slice(2, -1), ['branch.updated', 'inbound.received']],
  ])('%s', (on, yes, no) => {
    expect(yes.filter((type) => !judge(`    on: ${on}`, sampleOf(type)).matched)).toEqual([]);
    expect(no.filter((type) => judge(`    on: ${on}`, sampleOf(type)).matched)).toEqual([]);
  });
});

describe('filters', () => {
  const opened = (more: Record<string, unknown> = {}) =>
    sampleOf('pull_request.opened', (data) => ({
      ...(data as object),
      pull_request: { ...(data['pull_request'] as unknown as object), ...more },
    }));
  const label = (label: string) => sampleOf('issue.unlabeled', (data) => ({ ...(data as object), label }));
  const by = (...names: string[]) =>
    exampleChange('branch.updated', 'main', {
      commits: names.map((username) => Object.assign(exampleCommit(), { author: { name: 'x', email: null, username } })),
    });

  test.each<[filter: string, change: Change, answer: true | RegExp]>([
    ['pull_request: { branches: [main] }', opened(), true],
    ['pull_request: { branches: ["release/**"] }', opened(), /^on\.pull_request\.branches `main` matches none of release/],
    ['pull_request: { labels: [ENHANCE*] }', opened(), true],
    ['pull_request: { labels: [bug] }', opened(), /none of its labels enhancement is one of bug/],
    ['pull_request: { labels: ["*", "!wip"] }', opened({ labels: ['bug', 'WIP'] }), /its label `WIP` is taken out by `!wip`/],
    ['pull_request: { labels: ["area/*", "!wip"] }', opened({ labels: ['area/x', 'WIP'] }), /its label `WIP` is taken out by `!wip`/],
    ['pull_request: { labels: ["*", "!area/*", "area/x"] }', opened({ labels: ['area/x'] }), true],
    ['pull_request: { labels: ["C++", "[x]?"] }', opened({ labels: ['c++'] }), true],
    ['pull_request: { labels: ["*"] }', opened({ labels: [] }), /it has no label/],
    ['pull_request: { authors: [MONA] }', opened(), true],
    ['pull_request: { authors: ["*", "!mona"] }', opened(), /mona is none of \*, !mona/],
    ['pull_request: { authors: [octocat] }', opened(), /mona is none of octocat/],
    ['pull_request: { authors: ["dependabot[bot]"] }', opened({ author: { id: '1', login: 'dependabot[bot]', type: 'Bot' } }), true],
    ['pull_request: { authors: ["dependabot*"] }', opened({ author: null }), /octocat is none of/],
    ['issues: { labels: [wontfix] }', label('wontfix'), true],
    ['issue_comment: { authors: [mona], labels: [bug] }', sampleOf('issue_comment.created'), true],
    ['release: { tags: ["v2.*"] }', sampleOf('release.published'), true],
    ['release: { tags: ["v*", "!v2.*"] }', sampleOf('release.published'), /`v2\.0\.0` is taken out by `!v2\.\*`/],
    ['presence: { branches: ["release/**"] }', sampleOf('branch.joined'), /on\.presence\.branches `main` matches none/],
    ['push: { authors: [hubot] }', by('hubot', 'x'), true],
    ['push: { authors: [mona] }', by('hubot'), true],
    ['push: { authors: ["*", "!mona", "!hubot"] }', by('hubot'), /hubot, mona are none of/],
    ['branch: { types: [deleted], authors: [mona] }', exampleChange('branch.deleted', 'x', { commits: [] }), true],
    ['all', exampleChange('branch.updated', 'gh-readonly-queue/main/pr-1'), /^on\.all\.branches .*merge queue/],
    [
      'schedule: [{ cron: 0 4 * * * }]',
      sampleOf('schedule.due', (data) => ({ ...(data as object), watch: null })),
      /^on\.schedule\.cron `0 3 \* \* \*` \(Europe\/Berlin\) is not one of its times/,
    ],
    ['schedule: [{ cron: 0 3 * * *, timezone: Europe/Berlin }]', sampleOf('schedule.due'), /meant for the watch `nightly`/],
    ['inbound: { triggers: ["mir*"], events: [push] }', sampleOf('inbound.received'), true],
    ['inbound: { events: ["*", "!push"] }', sampleOf('inbound.received'), /^on\.inbound\.events push is none of/],
    ['inbound: { triggers: other }', exampleChange('branch.updated', 'x'), /branch\.updated/],
    ['manual', sampleOf('manual.requested'), /^on\.manual\.watch it is meant for the watch `deploy`/],
  ])('on: { %s }', (filter, change, answer) => {
    const result = judge(`    on: ${filter.includes(':') ? `{ ${filter} }` : filter}`, change);
    if (answer === true) expect(result).toEqual({ matched: true });
    else expect(result.matched ? 'matched' : `${result.clause} ${result.reason}`).toMatch(answer);
  });
});

describe('contexts', () => {
  test('what the triggers bring is what expressions may name, for every type', () => {
    const flaws: string[] = [];
    for (const type of types) {
      const change = sampleOf(type, (data) =>
        type === 'schedule.due' || type === 'manual.requested' ? { ...(data as object), watch: 'w' } : data,
      );
      const contexts: Record<string, unknown> = buildContexts({ change, githubUrl: 'https://github.com' });
      const judged = compilesWith(`    on: ${ask(type)}`, listPaths(contexts));
      if (judged !== undefined) flaws.push(`${type}: ${judged}`);
    }
    expect(flaws).toEqual([]);
  });

  test('the default key is the watch with what the change is about', () => {
    const keyOf = (change: Change) => {
      const key = concurrencyKey(compileOne('    on: all'), { change, isSelf: false });
      return key.ok ? (JSON.parse(key.value) as unknown[])[2] : key;
    };
    expect(
      ['pull_request.opened', 'issue_comment.created', 'release.published', 'branch.joined', 'member.added'].map((type) =>
        keyOf(sampleOf(type)),
      ),
    ).toEqual(['#42', '#7', 'release:3301', 'refs/heads/main', null]);
  });
});

/** Every `a.b.c` that leads to something in plain data. */
function listPaths(value: Record<string, unknown>, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, member]): string[] => {
    const path = `${prefix}${key}`;
    if (member === null || ['event', 'vars', 'project'].includes(path) || !/^[A-Za-z_]\w*$/.test(key)) return [];
    if (Array.isArray(member)) return member.length === 0 ? [] : [path];
    return typeof member === 'object' ? listPaths(member as Record<string, unknown>, `${path}.`) : [path];
  });
}

function compilesWith(on: string, paths: string[]): string | undefined {
  const declared = on.endsWith('manual') ? '    on: { manual: { inputs: { environment: {}, dry: { type: boolean } } } }' : on;
  try {
    compileOne(`${declared}\n    if: format('', ${paths.join(', ')})`);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

test('every event of older systems is explained', () => {
  const names = [...compatibilityNames.keys()].filter((name) => !(triggerNames as string[]).includes(name));
  expect(names.filter((name) => !(explainTriggerWord(name) ?? '').includes('Write `'))).toEqual([]);
  expect(Object.values(olderNames).filter((text) => !triggerNames.some((name) => text.startsWith(name)))).toEqual([]);
  for (const text of Object.values(olderNames))
    expect(() => compileOne(`    on: ${text.includes(':') ? `{ ${text} }` : text}`)).not.toThrow();
});
