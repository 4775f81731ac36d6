import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import type { ActionKind } from '../src/actions/action.ts';
import { loadKinds } from '../src/actions/load-kinds.ts';
import { parseConfig } from '../src/watches/parse-config.ts';
import { describeContract, openContractWorld } from './support/describe-contract.ts';
import type { KindContract } from './support/kind-contract.ts';
import { createWorkingCopy } from '../src/stand-in/git-client.ts';
import { readBlocks } from './support/docs-pages.ts';
import { quiet, track } from './support/story.ts';
import { startTestApp } from './support/test-app.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Writes the files of the page into a folder of their own; what they import is looked for where the page says they lie. */
async function buildFromPage(): Promise<{ folder: URL; contract: KindContract }> {
  const folder = await mkdtemp(join(tmpdir(), 'repowatch-kinds-'));
  const blocks = (await readBlocks()).filter(({ place, language }) => place.startsWith('docs/adding-an-action.md') && language === 'ts');
  for (const { text } of blocks) {
    const path = /^\/\/ (src\/actions\/\S+)\n/.exec(text)![1]!;
    const absolute = (name: string) => (name === 'zod' ? join(root, 'node_modules/zod/index.js') : resolve(root, dirname(path), name));
    const target = join(folder, path.slice('src/actions/'.length));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(
      target,
      text.replaceAll(/from '([^']+)'/g, (_, name: string) => `from '${absolute(name)}'`),
    );
  }
  const fixture = (await import(join(folder, 'ntfy/contract.fixture.ts'))) as { contract: KindContract };
  return { folder: pathToFileURL(`${folder}/`), contract: fixture.contract };
}

const page = await buildFromPage();
const [kind, ...others] = await loadKinds(page.folder);
afterAll(() => rm(page.folder, { recursive: true, force: true }));

test('the folder of the page is one kind, found by its place', () => {
  expect(kind).toMatchObject({ name: 'ntfy' });
  expect(others).toEqual([]);
});

openContractWorld();
describeContract(kind as ActionKind, page.contract);

test('a folder that exports another name stops the start', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'repowatch-kinds-'));
  await mkdir(join(folder, 'other'));
  await writeFile(join(folder, 'other/index.ts'), "export const kind = { name: 'ntfy' };\n");
  await expect(loadKinds(pathToFileURL(`${folder}/`))).rejects.toThrow('other');
  await rm(folder, { recursive: true });
});

test('a step of that kind runs through the real path: push, run, attempt, receiver', async () => {
  await using world = await startTestApp({ github: true, kinds: page.folder });
  const blocks = (await readBlocks()).filter(({ place }) => place.startsWith('docs/adding-an-action.md'));
  const { text } = blocks.find(({ language }) => language === 'text')!;
  await track(world, 'app', { '.github/repowatch.yml': text.replace('https://ntfy.example.com', world.sink.url) });
  const clone = await createWorkingCopy({ url: `${world.github!.url}/acme/app.git`, directory: `${world.directory}/clone` });
  await clone.commit({ 'a.txt': 'a' }, 'Change');
  await clone.push();
  await world.sink.waitUntil((requests) => requests.length > 0);
  expect(world.sink.requests).toMatchObject([{ path: '/builds', body: 'acme/app moved', id: expect.stringMatching(/./) }]);
  await quiet(world);
  expect(await world.list('/api/runs')).toMatchObject([{ status: 'succeeded' }]);
});

test('an unknown kind is an error with its place in the file, and names the kinds there are', async () => {
  const parsed = parseConfig('version: 1\nwatches:\n  w:\n    on: push\n    steps:\n      - uses: nope\n', { kinds: await loadKinds() });
  expect(parsed).toMatchObject({
    status: 'invalid',
    problems: [
      { line: 6, column: 15, code: 'action_unknown', message: expect.stringContaining('`nope`'), hint: expect.stringContaining('webhook') },
    ],
  });
});
