import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { describeFieldMessage } from './field-message.ts';

test.each([
  [z.string(), undefined, 'is needed'],
  [z.string(), 1, 'must be text'],
  [z.string().min(1), '', 'must not be empty'],
  [z.string().min(3), 'ab', 'must have at least 3 characters'],
  [z.string().max(3), 'abcd', 'must have at most 3 characters'],
  [z.array(z.string()).min(2), [], 'must have at least 2 items'],
  [z.array(z.string()), 'a', 'must be a list'],
  [z.number().int().min(1), 0, 'must be at least 1'],
  [z.number().max(9), 10, 'must be at most 9'],
  [z.coerce.number(), 'x', 'must be a number'],
  [z.boolean(), 'x', 'must be true or false'],
  [z.enum(['a', 'b']), 'c', 'must be one of "a", "b"'],
  [z.object({}), 1, 'must be an object'],
  [z.email(), 'x', 'must be an e-mail address'],
  [z.url(), 'x', 'must be an address such as https://example.com'],
  [z.iso.datetime(), 'x', 'must be a moment such as 2030-01-01T00:00:00Z'],
  [z.string().regex(/a/, 'must look like owner/name'), 'b', 'must look like owner/name'],
] as const)('%# a field that is wrong is told in words', (schema, value, told) => {
  const [issue] = schema.safeParse(value).error!.issues;
  expect(describeFieldMessage(issue!.message)).toBe(told);
});
