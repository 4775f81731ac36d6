import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { changeTypes } from '../changes/change.ts';
import { compatibilityNames } from '../changes/compatibility-names.ts';
import { changeNouns } from '../changes/nouns.ts';
import { readChangesPage, renderChangesPage } from '../../test/support/changes-page.ts';
import { findChangeKind, listChangeKinds, sampleChange } from './change-catalogue.ts';
import { describeChange } from '../changes/sentence.ts';

// What ajv writes is run a few times only: making it shorter costs more than it saves.
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, code: { optimize: false } });
const kinds = listChangeKinds();

describe('the catalogue of changes', () => {
  test('has every type once, and every type has a noun', () => {
    expect(kinds.map(({ type }) => type)).toEqual(changeTypes);
    expect(changeNouns.flatMap((noun) => Object.keys(noun.types)).sort()).toEqual([...changeTypes].sort());
    expect(new Set(changeTypes).size).toBe(changeTypes.length);
  });

  test.each(kinds)('$type: its samples fit their schemas, and nothing else does', ({ schema, sample, data_schema, data_sample }) => {
    for (const [shape, value] of [
      [schema, sample],
      [data_schema, data_sample],
    ] as const) {
      const validate = ajv.compile(shape);
      expect([validate(value), validate.errors]).toEqual([true, null]);
      expect(validate({ ...value, token: 'x' })).toBe(false);
      const [first] = Object.keys(value);
      expect(validate(Object.fromEntries(Object.entries(value).filter(([key]) => key !== first)))).toBe(false);
    }
  });

  test.each(kinds)('$type: a trigger picks it, and a sentence tells it', ({ type, triggers, sentence, description }) => {
    expect(triggers.length).toBeGreaterThan(0);
    expect(sentence).toMatch(/^\S.{15,250}$/);
    expect(sentence).not.toMatch(/undefined|null|\[object/);
    expect(description).toMatch(/\.$/);
    expect(describeChange({ ...sampleChange(type), actor: null })).not.toMatch(/undefined|null/);
  });

  test('data has no key that the change itself has', () => {
    const own = new Set(['id', 'type', 'origin', 'happened_at', 'change_id', 'repository', 'actor', 'run_id', 'watch_id']);
    expect(
      kinds.flatMap(({ type, data_sample }) =>
        Object.keys(data_sample)
          .filter((key) => own.has(key))
          .map((key) => `${type} ${key}`),
      ),
    ).toEqual([]);
  });

  test('sentences are one short line, whatever strangers write', () => {
    const hostile = `a\nb\u0000${'x'.repeat(5_000)}\u202e`;
    const spoil = (value: unknown): unknown => {
      if (typeof value === 'string') return hostile;
      if (Array.isArray(value)) return value.map(spoil);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, spoil(item)]));
    };
    const sentences = changeTypes.map((type) => {
      const change = sampleChange(type);
      return describeChange({ ...change, data: spoil(change.data) } as typeof change);
    });
    expect(sentences.filter((sentence) => /\p{Cc}/u.test(sentence)).map((sentence) => sentence.slice(0, 80))).toEqual([]);
    expect(Math.max(...sentences.map((sentence) => sentence.length))).toBeLessThanOrEqual(500);
  });

  test('is found by our name, and by an older one that stands for one type', () => {
    expect(findChangeKind('pull_request.merged')?.noun).toBe('pull_request');
    expect(findChangeKind('BRANCH_DELETED')?.type).toBe('branch.deleted');
    expect(findChangeKind('issues.opened')?.type).toBe('issue.opened');
    for (const name of ['all', 'COMMIT', 'nonsense', '__proto__']) expect(findChangeKind(name)).toBeUndefined();
    expect(kinds.find(({ type }) => type === 'branch.updated')?.compatibility_names).toEqual(['COMMIT', 'BRANCH_HASH_UPDATED', 'push']);
    for (const { types } of compatibilityNames.values()) expect(types.filter((type) => !changeTypes.includes(type))).toEqual([]);
  });
});

test('docs/changes.md is what the code says (write it with: node test/support/changes-page.ts)', async () => {
  expect(await readChangesPage()).toBe(await renderChangesPage());
});
