import { describe, expect, test } from '@jest/globals';
import nock from 'nock';
import { mockedApi, mockedClients, mockGet, mockToken, useMockedGitHub } from '../../test/support/github-mock.ts';
import { repositoryObject, shaOf } from '../../test/support/payloads.ts';
import { createReader } from './reader.ts';

const place = { installation: '77', owner: 'acme', name: 'app', github_id: '1001' };
const repo = '/repos/acme/app';

useMockedGitHub();
const reader = () => createReader(mockedClients());

describe('readTextFile', () => {
  const file = '.github/repowatch.yml';
  const path = `${repo}/contents/.github/repowatch.yml`;
  const base64 = (text: string | Buffer) =>
    Buffer.from(text)
      .toString('base64')
      .replaceAll(/(.{60})/g, '$1\n');
  const content = (text: string | Buffer, change: object = {}) => {
    const size = Buffer.byteLength(text);
    return { type: 'file', path: file, size, sha: shaOf('blob'), encoding: 'base64', content: base64(text), ...change };
  };

  test('reads the text in the object form', async () => {
    mockToken();
    const text = 'watches: {} # ünïcode 🦊\n'.repeat(20);
    nock(mockedApi).get(path).matchHeader('accept', 'application/vnd.github.object+json').reply(200, content(text));
    expect(await reader().readTextFile(place, file)).toEqual({ ok: true, value: { kind: 'file', sha: shaOf('blob'), text } });
  });

  test('reads at a ref, and an empty file', async () => {
    mockToken();
    nock(mockedApi).get(path).query({ ref: 'refs/heads/ü&x' }).reply(200, content(''));
    expect(await reader().readTextFile(place, file, 'refs/heads/ü&x')).toMatchObject({ ok: true, value: { kind: 'file', text: '' } });
  });

  test.each<[string, object, object]>([
    ['a directory', { type: 'dir', path: file, entries: [] }, { kind: 'not_a_file', type: 'dir' }],
    ['a symbolic link', { ...content('x'), type: 'symlink', target: '/etc/passwd' }, { kind: 'not_a_file', type: 'symlink' }],
    ['a link that was followed', content('x', { path: 'secrets.yml' }), { kind: 'not_a_file', type: 'symlink' }],
    ['a submodule', { type: 'submodule', path: file, submodule_git_url: 'git://x' }, { kind: 'not_a_file', type: 'submodule' }],
    ['a submodule of old', { type: 'file', path: file, size: 0, submodule_git_url: 'git://x' }, { kind: 'not_a_file', type: 'submodule' }],
    ['bytes that are no text', content(Buffer.from([0xff, 0xfe, 0x00])), { kind: 'not_a_file', type: 'binary' }],
    ['128 KiB and one byte', { ...content('x'), size: 131_073 }, { kind: 'too_large', size: 131_073 }],
    ['more than it says', content('x'.repeat(131_073), { size: 1 }), { kind: 'too_large', size: 131_073 }],
    [
      '2 MB without content',
      { type: 'file', path: file, size: 2_000_000, encoding: 'none', content: '' },
      { kind: 'too_large', size: 2_000_000 },
    ],
  ])('%s is said, not read', async (_, body, value) => {
    mockToken();
    mockGet(path, [200, body as nock.Body]);
    expect(await reader().readTextFile(place, file)).toEqual({ ok: true, value });
  });

  test('128 KiB is read', async () => {
    mockToken();
    mockGet(path, [200, content('x'.repeat(131_072))]);
    expect(await reader().readTextFile(place, file)).toMatchObject({ ok: true, value: { kind: 'file', text: 'x'.repeat(131_072) } });
  });

  test('is absent once the repository is seen, and only then', async () => {
    mockToken();
    const one = reader();
    mockGet(path, [404, { message: 'Not Found' }]);
    mockGet(repo, [200, repositoryObject()]);
    expect(await one.readTextFile(place, file)).toEqual({ ok: true, value: { kind: 'absent' } });
    mockGet(path, [404, { message: 'Not Found' }]);
    mockGet(repo, [404, { message: 'Not Found' }]);
    expect(await one.readTextFile(place, file)).toMatchObject({ ok: false, code: 'github_not_found' });
  });

  test('a content that did not come is not an empty file', async () => {
    mockToken();
    mockGet(path, [200, { type: 'file', path: file, size: 12, sha: shaOf('blob') }]);
    expect(await reader().readTextFile(place, file)).toMatchObject({ ok: false, code: 'github_unavailable' });
  });

  test('a name that leads elsewhere is not asked for', async () => {
    expect(await reader().readTextFile(place, '../../user')).toEqual({ ok: true, value: { kind: 'absent' } });
  });
});
