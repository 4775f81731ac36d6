import { describe, expect, test } from '@jest/globals';
import { describeSync, type SyncFact } from './sync-steps.ts';

const fact = (name: string, done: boolean, more: Partial<SyncFact> = {}): SyncFact => ({
  name,
  title: name,
  done,
  text: { done: `${name} is done`, active: `${name} goes on`, waiting: `${name} waits` },
  ...more,
});
const words = { paused: null, synced: 'All is there.' };

describe('how far a taking-over is', () => {
  test.each([
    {
      of: 'nothing',
      done: [false, false],
      wanted: { state: 'syncing', step: 1, percent: 0, text: 'a goes on' },
      statuses: ['active', 'waiting'],
    },
    {
      of: 'the first',
      done: [true, false],
      wanted: { state: 'syncing', step: 2, percent: 50, text: 'b goes on' },
      statuses: ['done', 'active'],
    },
    {
      of: 'all',
      done: [true, true],
      wanted: { state: 'synced', step: 2, percent: 100, text: 'All is there.' },
      statuses: ['done', 'done'],
    },
  ])('$of is done', ({ done: [a, b], wanted, statuses }) => {
    const progress = describeSync([fact('a', a!), fact('b', b!)], words);
    expect(progress).toMatchObject({ ...wanted, of: 2 });
    expect(progress.steps.map(({ status }) => status)).toEqual(statuses);
  });

  test('what failed is told, and does not hold up what comes after it', () => {
    const progress = describeSync([fact('a', false, { error: 'GitHub answered 502.' }), fact('b', false), fact('c', false)], words);
    expect(progress).toMatchObject({ state: 'errored', step: 1, text: 'GitHub answered 502.' });
    expect(progress.steps.map(({ status }) => status)).toEqual(['failed', 'active', 'waiting']);
  });

  test('a part of a step counts, and only the end is 100 %', () => {
    expect(describeSync([fact('a', true), fact('b', false, { part: 0.5 })], words).percent).toBe(75);
    expect(describeSync([fact('a', true), fact('b', false, { part: 1 })], words).percent).toBe(99);
  });

  test('while nothing is asked of GitHub, nothing goes on', () => {
    const progress = describeSync([fact('a', true), fact('b', false)], { ...words, paused: 'It is switched off.' });
    expect(progress).toMatchObject({ state: 'paused', text: 'It is switched off.', percent: 50 });
    expect(progress.steps[1]).toMatchObject({ status: 'waiting' });
  });
});
