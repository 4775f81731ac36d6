import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { catalogue, type ErrorCode } from '../src/core/error-catalogue.ts';
import { readSourceFiles } from './support/import-map.ts';

/** What a chapter of docs/errors.md says about one code. */
interface Entry {
  code: string;
  title: string;
  status: number;
  retryable: boolean;
  happened: string;
  remedy: string;
}

const chapter =
  /^### `(?<code>[^`]+)`\n\n\*\*(?<title>.+)\*\* · (?<status>\d{3}) · (?<again>retryable|final)\n\n(?<happened>.+)\n\n_What to do:_ (?<remedy>.+)\n/gm;

async function readPage(): Promise<string> {
  return await readFile(new URL('../docs/errors.md', import.meta.url), 'utf8');
}

function readEntries(page: string): Entry[] {
  return [...page.matchAll(chapter)].map(({ groups = {} }) => ({
    code: groups['code']!,
    title: groups['title']!,
    status: Number(groups['status']),
    retryable: groups['again'] === 'retryable',
    happened: groups['happened']!,
    remedy: groups['remedy']!,
  }));
}

test('docs/errors.md has every code with its title, status and retryability, and no other', async () => {
  const entries = readEntries(await readPage());
  const written = entries.map(({ code, title, status, retryable }) => [code, { title, status, retryable }]);
  expect(new Set(entries.map(({ code }) => code)).size).toBe(entries.length);
  expect(Object.fromEntries(written)).toEqual({ ...catalogue });
});

test('every chapter of docs/errors.md was understood', async () => {
  const page = await readPage();
  const headings = [...page.matchAll(/^### /gm)];
  expect(readEntries(page)).toHaveLength(headings.length);
});

test('every code says what happened and what to do, in sentences', async () => {
  const short = readEntries(await readPage()).filter(
    ({ happened, remedy }) => happened.length < 20 || !/[.!]$/.test(happened) || !/[.!]$/.test(remedy),
  );
  expect(short.map(({ code }) => code)).toEqual([]);
});

test('every code is used somewhere', async () => {
  const files = await readSourceFiles();
  const text = [...files]
    .filter(([path]) => path.startsWith('src/') && !path.endsWith('.test.ts') && path !== 'src/core/error-catalogue.ts')
    .map(([, content]) => content)
    .join('\n');
  const unused = (Object.keys(catalogue) as ErrorCode[]).filter((code) => !text.includes(`'${code}'`));
  expect(unused).toEqual([]);
});
