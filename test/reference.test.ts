import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { referencePath, renderReferencePage } from './support/reference-page.ts';

test(`${referencePath} is what the schema says; "npm run reference" writes it`, async () => {
  expect(await readFile(new URL(`../${referencePath}`, import.meta.url), 'utf8')).toBe(await renderReferencePage());
});
