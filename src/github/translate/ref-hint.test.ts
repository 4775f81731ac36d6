import { describe, expect, test } from '@jest/globals';
import { createPayload, deletePayload } from '../../../test/support/payloads.ts';
import { translateRefHint } from './ref-hint.ts';

describe('create and delete', () => {
  test('are hints without a sha', () => {
    expect(translateRefHint('create', createPayload({ ref: 'feature/x' }))).toMatchObject({
      hint: { kind: 'branch', name: 'feature/x', gone: false },
    });
    expect(translateRefHint('delete', deletePayload({ ref: 'v1', refType: 'tag' }))).toMatchObject({
      hint: { kind: 'tag', name: 'v1', gone: true },
    });
  });

  test('of anything else are not tracked', () => {
    expect(translateRefHint('create', createPayload({ refType: 'repository' }))).toMatchObject({
      result: 'ignored',
      code: 'ref_not_tracked',
    });
  });
});
