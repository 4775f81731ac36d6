import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createWorkingCopy } from './git-client.ts';
import { createStandIn, type StandIn } from './stand-in.ts';

let directory: string;
let github: StandIn;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'repowatch-test-'));
  github = await createStandIn({ directory, webhookSecret: 'a secret for tests only' });
  await github.createAccount('acme', 'Organization');
});

afterAll(async () => {
  await github.close();
  await rm(directory, { recursive: true, force: true });
});

describe('many repositories', () => {
  test('cost no files until somebody writes, and are then like any other', async () => {
    expect(await github.createRepositories({ owner: 'acme', prefix: 'r', count: 2_000, branches: ['dev', 'devil'], tags: ['v1'] })).toEqual(
      { count: 2_000 },
    );
    const copies = () => readdir(join(directory, 'repositories'));
    expect(await copies()).toEqual([]);
    const refs = await github.refs('acme/r7');
    expect(Object.keys(refs)).toEqual(['refs/heads/dev', 'refs/heads/devil', 'refs/heads/main', 'refs/tags/v1']);

    await github.deleteRef({ repo: 'acme/r7', ref: 'refs/heads/dev' });
    expect(Object.keys(await github.refs('acme/r7'))).toEqual(['refs/heads/devil', 'refs/heads/main', 'refs/tags/v1']);
    expect(await github.refs('acme/r8')).toEqual(refs);
    expect(await copies()).toHaveLength(1);

    const clone = await createWorkingCopy({ url: `${github.url}/acme/r9.git`, directory: join(directory, 'clone') });
    await clone.commit({ 'a.txt': 'a' }, 'A');
    await clone.push(['HEAD:refs/heads/main']);
    const pushed = await github.refs('acme/r9');
    expect(pushed['refs/heads/main']).not.toBe(refs['refs/heads/main']);
    expect(pushed['refs/heads/dev']).toBe(refs['refs/heads/dev']);
    await github.editRepository('acme/r10', { defaultBranch: 'dev' });
    expect(await copies()).toHaveLength(3);
  });
});
