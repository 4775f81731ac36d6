import { expect, test } from '@jest/globals';
import { rewriteBranchPath } from './rewrite-branch-path.ts';

const base = '/api/repos/acme/app/branches';

test.each([
  [`${base}/main/stream`, `${base}/main/stream`],
  [`${base}/release/1/stream`, `${base}/release%2F1/stream`],
  [`${base}/release%2F1/stream?x=/stream`, `${base}/release%2F1/stream?x=/stream`],
  [`${base}/a/stream/stream`, `${base}/a%2Fstream/stream`],
  [`${base}/a/b`, `${base}/a%2Fb`],
  [`${base}/a/b?x=1/2`, `${base}/a%2Fb?x=1/2`],
  [`${base}?q=a/b`, `${base}?q=a/b`],
  [`${base}/stream`, `${base}/stream`],
  ['/api/repos/acme/app/tags/a/b/stream', '/api/repos/acme/app/tags/a/b/stream'],
  ['/', '/'],
])('%s', (url, rewritten) => {
  expect(rewriteBranchPath(url)).toBe(rewritten);
});
