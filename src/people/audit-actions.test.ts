import { expect, test } from '@jest/globals';
import { readSourceFiles } from '../../test/support/import-map.ts';
import { auditActions } from './audit-actions.ts';

test('everything that the code writes into the audit log is in the list', async () => {
  const files = [...(await readSourceFiles())].filter(([path]) => path.startsWith('src/') && !path.endsWith('.test.ts'));
  const writers = files.filter(([, text]) => /\b(?:recordAudit|auditRequest|auditThing)\b|AuditedWish|action: '/.test(text));
  const written = writers.flatMap(([, text]) =>
    [...text.matchAll(/\baction(?::| =)[^;\n]*/g)].flatMap(([line]) => Array.from(line.matchAll(/'([a-z_]+)\.([a-z_]+)'/g))),
  );
  expect(written.length).toBeGreaterThan(50);
  const unknown = written.filter(([, noun = '', verb = '']) => auditActions[noun]?.includes(verb) !== true).map(([word]) => word);
  expect([...new Set(unknown)]).toEqual([]);
});
