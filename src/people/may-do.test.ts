import { expect, test } from '@jest/globals';
import { mayDo, roleOf, type Resource, type Right, type Verdict } from './may-do.ts';
import { adminRequester, tokenScopes, type Requester } from './requester.ts';
import { narrowHoldings, spread, type Holdings } from './holdings.ts';

const nothing: Holdings = { installations: [], repositories: [], projects: [] };
const person = (held: Partial<Holdings>, more: Partial<Requester> = {}): Requester => ({
  kind: 'user',
  id: '1',
  userId: '1',
  githubId: '7',
  login: 'mona',
  scopes: tokenScopes,
  admin: false,
  ...spread({ ...nothing, ...held }),
  ...more,
});
const sees = (maintained: boolean) => ({ repositories: [{ id: '10', installation: '1', maintained }] });

const who = {
  admin: adminRequester,
  overseer: person({ installations: 'all' }, { scopes: ['read'] }),
  manager: person({ installations: ['1'] }),
  projectManager: person({ projects: [{ id: '5', managed: true }] }),
  projectViewer: person({ projects: [{ id: '5', managed: false }] }),
  maintainer: person(sees(true)),
  viewer: person(sees(false)),
  reader: person(sees(true), { scopes: ['read'] }),
  stranger: person({}),
};
const things = {
  anything: 'anything',
  everything: 'everything',
  global: { installation: null },
  installation: { installation: '1' },
  repository: { installation: '1', repository: '10' },
  sibling: { installation: '1', repository: '11' },
  moved: { installation: '2', repository: '10' },
  project: { installation: null, project: '5' },
} as const satisfies Record<string, Resource>;

const a: Verdict = 'allowed';
const u: Verdict = 'unseen';
const r: Verdict = 'role_missing';
const s: Verdict = 'scope_missing';

/** For each person and thing: read, write, manage, administer. */
const table: [keyof typeof who, keyof typeof things, Verdict[]][] = [
  ['admin', 'everything', [a, a, a, a]],
  ['admin', 'global', [a, a, a, a]],
  ['admin', 'moved', [a, a, a, a]],
  ['overseer', 'everything', [a, s, s, s]],
  ['overseer', 'repository', [a, s, s, s]],
  ['manager', 'everything', [r, r, r, r]],
  ['manager', 'installation', [a, a, a, r]],
  ['manager', 'sibling', [a, a, a, r]],
  ['manager', 'moved', [u, u, u, u]],
  ['manager', 'global', [u, u, u, u]],
  ['projectManager', 'project', [a, a, a, r]],
  ['projectViewer', 'project', [a, r, r, r]],
  ['maintainer', 'repository', [a, a, r, r]],
  ['maintainer', 'sibling', [u, u, u, u]],
  ['maintainer', 'moved', [u, u, u, u]],
  ['maintainer', 'installation', [a, r, r, r]],
  ['viewer', 'repository', [a, r, r, r]],
  ['viewer', 'anything', [a, a, a, r]],
  ['reader', 'repository', [a, s, s, s]],
  ['reader', 'sibling', [u, u, u, u]],
  ['stranger', 'anything', [a, a, a, r]],
  ['stranger', 'repository', [u, u, u, u]],
  ['stranger', 'project', [u, u, u, u]],
];

test.each(table)('%s and %s', (name, thing, expected) => {
  const rights: Right[] = ['read', 'write', 'manage', 'administer'];
  expect(rights.map((right) => mayDo(who[name], right, things[thing]))).toEqual(expected);
});

test('a token is never more than whoever made it', () => {
  const held: Holdings = { installations: ['1'], repositories: [{ id: '20', installation: '2', maintained: true }], projects: [] };
  const narrowed = narrowHoldings(held, {
    installations: ['2', '3'],
    repositories: [
      { id: '10', installation: '1' },
      { id: '30', installation: '3' },
    ],
    projects: [{ id: '5', repositories: [{ id: '20', installation: '2' }] }],
  });
  expect(narrowed).toEqual({
    installations: [],
    repositories: [
      { id: '20', installation: '2', maintained: true },
      { id: '10', installation: '1', maintained: true },
    ],
    projects: [],
  });
  const token = person(narrowed, { kind: 'token' });
  expect(roleOf(token, things.repository)).toBe('maintainer');
  expect(roleOf(token, things.sibling)).toBe('nobody');
});
