import { expect, test } from '@jest/globals';
import { createClauseLocator } from './clause-places.ts';

const content = `version: 1
reconcile:
  catch_up: none
watches:
  listed:
    on: [push, tag]
    steps: []
  filtered:
    on:
      push: { branches: [main], paths: &p ['src/**'] }
      schedule:
        - cron: '0 6 * * *'
    if: \${{ true }}
  shared:
    on: &on
      tag:
        tags: ['v*']
  aliased: { on: *on }
  bare: { on: push }
  gone: off
mandatory:
  audit:
    mode: off
`;

test.each([
  ['listed', undefined, '5:3'],
  ['listed', 'on', '6:5'],
  ['listed', 'on.tag.types', '6:16'],
  ['listed', 'on.issues.types', '6:5'],
  ['filtered', 'on.push.branches', '10:15'],
  ['filtered', 'on.push.paths', '10:33'],
  ['filtered', 'on.push.authors', '10:7'],
  ['filtered', 'on.schedule.cron', '11:7'],
  ['filtered', 'if', '13:5'],
  ['filtered', 'include_self', '8:3'],
  ['filtered', 'reconcile.catch_up', '3:3'],
  ['aliased', 'on.tag.tags', '17:9'],
  ['bare', 'on.push.branches', '19:11'],
  ['gone', 'mode', '20:3'],
  ['audit', 'mode', '23:5'],
])('%s %s stands at %s', (watch, clause, place) => {
  const found = createClauseLocator(content)(watch, clause);
  expect(found && `${found.line}:${found.column}`).toBe(place);
});

test('what is not there has no place, also in a file that cannot be read', () => {
  const locate = createClauseLocator(content);
  expect(locate('nobody')).toBeUndefined();
  expect(locate('constructor', 'on')).toBeUndefined();
  expect(createClauseLocator('a: [')('a')).toBeUndefined();
  expect(createClauseLocator('')('a')).toBeUndefined();
});
