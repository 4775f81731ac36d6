import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createWorkingCopy, type WorkingCopy } from './git-client.ts';
import { createTestBench, type ApiReply, type TestBench } from './test-bench.ts';

let bench: TestBench;
let copy: WorkingCopy;
let token: string;
let first: string;
let second: string;

/** The API below the repository under test. */
function ask(path: string, options: { method?: string; body?: unknown; headers?: Record<string, string> } = {}): Promise<ApiReply> {
  return bench.call(`/repos/acme/app${path}`, { token, ...options });
}

beforeAll(async () => {
  bench = await createTestBench();
  const { standIn } = bench;
  const files = { 'README.md': '# hello\n', '.github/repowatch.yml': 'watches: {}\n', 'src/a/b.txt': 'b' };
  const { cloneUrl } = await standIn.createRepository({ owner: 'acme', name: 'app', files });
  await standIn.createRepository({ owner: 'acme', name: 'secret', files });
  await standIn.createRepository({ owner: 'acme', name: 'empty' });
  await standIn.installApp('acme', ['app', 'empty']);
  token = await bench.installationToken('acme');
  copy = await createWorkingCopy({ url: cloneUrl, directory: join(bench.directory, 'copy') });
  first = await copy.run('rev-parse', 'HEAD');
  await symlink('README.md', join(copy.directory, 'link.md'));
  await symlink('/etc/passwd', join(copy.directory, 'outside'));
  second = await copy.commit({ 'src/a/ä c.txt': 'c\n' }, 'Second', { branch: 'feature/x' });
  await copy.tag('v1', { annotated: true, message: 'One' });
  await copy.tag('light');
  await copy.push(['HEAD', 'v1', 'light']);
});
afterAll(async () => bench[Symbol.asyncDispose]());

describe('refs', () => {
  test('branches, listed and one by one', async () => {
    const list = await ask('/branches');
    expect(list.json).toEqual([
      { name: 'feature/x', commit: { sha: second, url: expect.any(String) }, protected: false },
      { name: 'main', commit: { sha: first, url: expect.any(String) }, protected: false },
    ]);
    expect((await ask('/branches/feature/x')).json).toMatchObject({
      name: 'feature/x',
      commit: { sha: second, parents: [{ sha: first }] },
    });
    expect(await ask('/branches/gone')).toMatchObject({ status: 404, json: { message: 'Branch not found', status: '404' } });
  });

  test('matching refs take a prefix of the name; a ref must be exact', async () => {
    expect((await ask('/git/matching-refs/heads/')).json).toHaveLength(2);
    expect((await ask('/git/matching-refs/heads/fea')).json).toMatchObject([
      { ref: 'refs/heads/feature/x', object: { sha: second, type: 'commit' } },
    ]);
    const tags = await ask('/git/matching-refs/tags/');
    expect(tags.json).toMatchObject([
      { ref: 'refs/tags/light', object: { sha: second, type: 'commit' } },
      { ref: 'refs/tags/v1', object: { type: 'tag' } },
    ]);
    const tag = await ask(`/git/tags/${tags.list[1]?.object.sha}`);
    expect(tag.json).toMatchObject({
      tag: 'v1',
      message: 'One',
      object: { sha: second, type: 'commit' },
      tagger: { email: 'octocat@example.com' },
    });
    expect((await ask('/git/ref/heads/main')).json).toMatchObject({ ref: 'refs/heads/main', object: { sha: first } });
    expect((await ask('/git/ref/heads/mai')).status).toBe(404);
    expect((await ask('/git/matching-refs/heads/nothing')).json).toEqual([]);
  });

  test('lists come in pages with Link', async () => {
    const { standIn } = bench;
    await standIn.createRepository({ owner: 'acme', name: 'paged', files: { a: 'a' } });
    await standIn.addRepositories('acme', ['paged']);
    const sha = (await standIn.refs('acme/paged'))['refs/heads/main'] ?? '';
    await Promise.all([1, 2, 3, 4].map((index) => standIn.updateRef({ repo: 'acme/paged', ref: `refs/heads/b${index}`, sha })));
    const names: string[] = [];
    let path: string | undefined = '/repos/acme/paged/branches?per_page=2';
    while (path !== undefined) {
      const page: ApiReply = await bench.call(path, { token });
      names.push(...page.list.map(({ name }) => name));
      const next: string | undefined = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
      path = next?.slice(standIn.apiUrl.length);
    }
    expect(names).toEqual(['b1', 'b2', 'b3', 'b4', 'main']);
  });

  test('an empty repository says so as GitHub does (handbook C19)', async () => {
    for (const path of ['/git/matching-refs/heads/', '/git/ref/heads/main', '/commits', '/git/trees/main']) {
      const reply = await bench.call(`/repos/acme/empty${path}`, { token });
      expect([path, reply.status, reply.json.message]).toEqual([path, 409, 'Git Repository is empty.']);
    }
    expect((await bench.call('/repos/acme/empty/branches', { token })).json).toEqual([]);
    expect((await bench.call('/repos/acme/empty/contents/x', { token })).status).toBe(404);
  });
});

describe('history', () => {
  test('commits of a branch, one commit, and since', async () => {
    expect((await ask('/commits?sha=feature/x')).json).toMatchObject([{ sha: second, commit: { message: 'Second' } }, { sha: first }]);
    expect((await ask('/commits?sha=feature/x&per_page=1')).headers.get('link')).toContain('rel="next"');
    expect((await ask('/commits?since=2999-01-01T00:00:00Z')).json).toEqual([]);
    const commit = await ask(`/commits/${second}`);
    expect(commit.json).toMatchObject({ sha: second, author: { login: 'octocat' }, stats: { additions: 3, deletions: 0 } });
    expect(commit.json.files).toEqual(
      expect.arrayContaining([expect.objectContaining({ filename: 'src/a/ä c.txt', status: 'added', additions: 1 })]),
    );
    expect(await ask('/commits/0123456789012345678901234567890123456789')).toMatchObject({ status: 422 });
  });

  test('compare is three-dot', async () => {
    const ahead = await ask('/compare/main...feature%2Fx');
    expect(ahead.json).toMatchObject({ status: 'ahead', ahead_by: 1, behind_by: 0, total_commits: 1, commits: [{ sha: second }] });
    expect(ahead.json.files).toHaveLength(3);
    expect((await ask(`/compare/feature/x...main`)).json).toMatchObject({ status: 'behind', commits: [], files: [] });
    expect((await ask(`/compare/${first}...${first}`)).json).toMatchObject({ status: 'identical' });
    expect((await ask('/compare/main...nothing')).status).toBe(404);
  });

  test('activity tells the pushes to branches, newest first', async () => {
    const activity = await ask('/activity');
    expect(activity.json).toMatchObject([
      { ref: 'refs/heads/feature/x', after: second, activity_type: 'branch_creation', actor: { login: 'octocat' } },
    ]);
    expect((await ask('/activity?ref=main')).json).toEqual([]);
  });

  test('trees, also recursive', async () => {
    expect((await ask(`/git/trees/${first}`)).json.tree).toMatchObject([
      { path: '.github', type: 'tree' },
      { path: 'README.md' },
      { path: 'src' },
    ]);
    const paths = (reply: ApiReply): string[] => reply.json.tree.map(({ path }) => path);
    expect(paths(await ask('/git/trees/feature/x?recursive=1'))).toContain('src/a/ä c.txt');
  });
});

describe('contents', () => {
  test('a file, raw and as JSON, at a ref', async () => {
    const file = await ask('/contents/.github/repowatch.yml');
    expect(file.json).toMatchObject({ type: 'file', encoding: 'base64', path: '.github/repowatch.yml', name: 'repowatch.yml' });
    expect(Buffer.from(file.json.content, 'base64').toString()).toBe('watches: {}\n');
    const raw = await ask('/contents/README.md', { headers: { accept: 'application/vnd.github.raw+json' } });
    expect(raw.text).toBe('# hello\n');
    expect((await ask(`/contents/${encodeURIComponent('src/a/ä c.txt')}?ref=feature/x`)).json).toMatchObject({
      type: 'file',
      path: 'src/a/ä c.txt',
    });
    expect((await ask('/contents/src/a/%C3%A4%20c.txt')).status).toBe(404);
    expect((await ask('/contents/README.md?ref=gone')).status).toBe(404);
  });

  test('a directory is a list, or an object when asked', async () => {
    expect((await ask('/contents/src')).json).toMatchObject([{ type: 'dir', path: 'src/a' }]);
    expect((await ask('/contents/')).json).toHaveLength(3);
    const object = await ask('/contents/src', { headers: { accept: 'application/vnd.github.object+json' } });
    expect(object.json).toMatchObject({ type: 'dir', entries: [{ path: 'src/a' }] });
  });

  test('a symlink is followed inside the repository, and described in object form or when it leads out', async () => {
    expect((await ask('/contents/link.md?ref=feature/x')).json).toMatchObject({ type: 'file', path: 'link.md', size: 8 });
    const object = await ask('/contents/link.md?ref=feature/x', { headers: { accept: 'application/vnd.github.object+json' } });
    expect(object.json).toMatchObject({ type: 'symlink', target: 'README.md' });
    expect((await ask('/contents/outside?ref=feature/x')).json).toMatchObject({ type: 'symlink', target: '/etc/passwd' });
  });
});

describe('what a token may see', () => {
  test('only the repositories of its installation', async () => {
    const list = await bench.call('/installation/repositories', { token });
    expect(list.json.repositories.map((each) => each.name)).toEqual(expect.arrayContaining(['app', 'empty']));
    expect(list.json).toMatchObject({ repository_selection: 'selected', total_count: list.json.repositories.length });
    for (const path of ['/repos/acme/secret', '/repos/acme/nothing', '/repos/acme/secret/branches', '/nonsense']) {
      expect([path, (await bench.call(path, { token })).status]).toEqual([path, 404]);
    }
  });

  test('a repository by id, and by a name that it had', async () => {
    const { standIn } = bench;
    const { id } = await standIn.createRepository({ owner: 'acme', name: 'old-name', files: { a: 'a' } });
    await standIn.addRepositories('acme', ['old-name']);
    await standIn.renameRepository('acme/old-name', 'new-name');
    expect((await bench.call(`/repositories/${id}`, { token })).json).toMatchObject({
      id,
      full_name: 'acme/new-name',
      default_branch: 'main',
    });
    const moved = await bench.call('/repos/acme/old-name/branches?per_page=1', { token });
    expect(moved).toMatchObject({ status: 301, json: { message: 'Moved Permanently' } });
    const location = moved.headers.get('location') ?? '';
    expect((await bench.call(location.slice(standIn.apiUrl.length), { token })).json).toMatchObject([{ name: 'main' }]);
  });

  test('a token can be narrowed to repositories and permissions', async () => {
    const { id } = (await ask('')).json;
    const narrow = await bench.installationToken('acme', { repository_ids: [id], permissions: { contents: 'read' } });
    expect((await bench.call('/installation/repositories', { token: narrow })).json).toMatchObject({ total_count: 1 });
    expect((await bench.call('/repos/acme/empty', { token: narrow })).status).toBe(404);
    const refused = await bench.call('/repos/acme/app/check-runs', { token: narrow, method: 'POST', body: { name: 'x', head_sha: first } });
    expect(refused).toMatchObject({ status: 403, json: { message: 'Resource not accessible by integration' } });
    expect(refused.headers.get('x-accepted-github-permissions')).toBe('checks=write');
  });
});

describe('answers like GitHub', () => {
  test('an ETag saves the body and the quota, for this token only (handbook D8, D9)', async () => {
    const full = await ask('/branches');
    const etag = full.headers.get('etag') ?? '';
    const used = (reply: ApiReply): number => Number(reply.headers.get('x-ratelimit-used'));
    const again = await ask('/branches', { headers: { 'if-none-match': etag } });
    expect([again.status, again.text, used(again)]).toEqual([304, '', used(full)]);
    const other = await bench.installationToken('acme');
    expect((await bench.call('/repos/acme/app/branches', { token: other, headers: { 'if-none-match': etag } })).status).toBe(200);
  });

  test('planned failures come as often as asked, with their headers', async () => {
    await bench.standIn.setFailure({
      path: '/branches',
      status: 403,
      times: 2,
      headers: { 'X-RateLimit-Remaining': '0', 'Retry-After': '7' },
    });
    expect((await ask('')).status).toBe(200);
    const failed = await ask('/branches');
    expect([failed.status, failed.headers.get('x-ratelimit-remaining'), failed.headers.get('retry-after')]).toEqual([403, '0', '7']);
    expect((await ask('/branches')).status).toBe(403);
    expect((await ask('/branches')).status).toBe(200);
    await bench.standIn.setFailure({ path: '/branches', status: 0, disconnect: true });
    await expect(ask('/branches')).rejects.toThrow('fetch failed');
  });

  test('the quota ends with 403, and asking for it is free', async () => {
    await bench.standIn.setRateLimit(1);
    expect((await ask('')).status).toBe(200);
    const refused = await ask('');
    expect(refused).toMatchObject({ status: 403, json: { message: expect.stringContaining('API rate limit exceeded') } });
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
    expect((await bench.call('/rate_limit', { token })).json.resources.core).toMatchObject({ limit: 1, remaining: 0 });
    await bench.standIn.setRateLimit(15_000);
    expect((await bench.call('/meta')).status).toBe(200);
  });

  test('calls are kept for assertions, also without the prefix of the API', async () => {
    const reply = await fetch(`${bench.standIn.url}/repos/acme/app?mark=1`, {
      headers: { authorization: `token ${token}`, 'x-mine': 'yes' },
    });
    expect(reply.status).toBe(200);
    const [call] = await bench.standIn.apiCalls({ path: 'mark=1' });
    expect(call).toMatchObject({ method: 'GET', path: '/repos/acme/app?mark=1', status: 200, headers: { 'x-mine': 'yes' } });
  });

  test('hostile paths stay ordinary misses', async () => {
    for (const path of [
      '/contents/..%2F..%2Fetc%2Fpasswd',
      '/branches/%24(id)',
      '/commits/--output=x',
      '/git/trees/HEAD:README.md',
      '/contents/%00',
    ]) {
      const reply = await ask(path);
      expect([path, [404, 422].includes(reply.status)]).toEqual([path, true]);
    }
    expect((await ask('/branches/%ff')).status).toBe(400);
  });
});
