import { expect, test } from '@jest/globals';
import { pushPayload, shaOf, type PushOptions } from '../../test/support/payloads.ts';
import { zeroSha } from '../changes/ref-change.ts';
import { touchesPath } from './touches-path.ts';
import { translate } from './translate/translate.ts';

const path = '.github/repowatch.yml';

test.each<[string, PushOptions, 'yes' | 'no' | 'unknown']>([
  ['a commit added it', { commits: [{ added: [path] }, {}] }, 'yes'],
  ['a commit changed it', { commits: [{ modified: ['x', path] }] }, 'yes'],
  ['a commit removed it', { commits: [{ removed: [path] }] }, 'yes'],
  ['no commit names it', { commits: [{ modified: ['.github/repowatch.yml.bak'] }] }, 'no'],
  ['the lists are cut short', { commits: Array.from({ length: 2048 }, (_, index) => ({ id: shaOf(String(index)) })) }, 'unknown'],
  ['the push was forced', { forced: true }, 'unknown'],
  ['a forced push names it', { forced: true, commits: [{ modified: [path] }] }, 'yes'],
  ['the branch is new', { before: zeroSha }, 'unknown'],
  ['there are no commits', { commits: [] }, 'unknown'],
  ['the branch is gone', { after: zeroSha }, 'no'],
])('when %s', (_, options, expected) => {
  const translation = translate('push', pushPayload(options));
  expect(translation.result === 'ref_move' && touchesPath(translation.move, path)).toBe(expected);
});
