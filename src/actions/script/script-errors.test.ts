import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { scriptJob } from '../../../test/support/script-job.ts';
import { createLog } from '../../core/log.ts';
import { createScriptPool, type ScriptPool } from './pool.ts';

let pool: ScriptPool;

beforeAll(() => {
  pool = createScriptPool({ size: 2, log: createLog({ level: 'silent' }) });
});
afterAll(() => pool.close());

const run = (source: string, changes: Parameters<typeof scriptJob>[1] = {}) => pool.run(scriptJob(source, changes));
const body = (text: string) => `export default async (given) => { ${text} };`;

describe('ends', () => {
  test('what was logged before the end is kept', async () => {
    expect(await run(body('given.log("before"); while (1);'), { timeoutMs: 400 })).toMatchObject({
      code: 'script_timeout',
      log: ['before'],
    });
  });
});

describe('errors say where', () => {
  test.each([
    ['\n\nthrow new TypeError("top");\nexport default () => ({});', 'script_failed', 'TypeError: top (line 3)'],
    ['export default async () => {\n  throw new Error("inside");\n};', 'script_failed', 'Error: inside (line 2)'],
    [
      'export default async () => {\n  await null;\n  null.x;\n};',
      'script_failed',
      "TypeError: Cannot read properties of null (reading 'x') (line 3)",
    ],
    ['export default async () => { throw "a text"; };', 'script_failed', 'a text'],
    ['export default async () => { throw { a: 1 }; };', 'script_failed', 'The script threw {"a":1}'],
    ['export default async () => { throw undefined; };', 'script_failed', 'The script threw undefined'],
    [
      'export default async () => { Promise.reject(new Error("left alone")); await new Promise(() => {}); };',
      'script_failed',
      'Error: left alone (line 1)',
    ],
    ['\nexport default async (', 'script_invalid', 'Unexpected end of input (line 2)'],
    ['const a = 1;\nconst a = 2;', 'script_invalid', "Identifier 'a' has already been declared (line 2)"],
    ['export const a = 1;', 'script_invalid', 'no default export'],
    ['export default 5;', 'script_invalid', 'no default export'],
    ['await new Promise(() => {}); export default () => ({});', 'script_invalid', 'no default export'],
    ['export default () => [1];', 'script_failed', 'not an object'],
    ['export default () => "text";', 'script_failed', 'not an object'],
    ['export default () => ({ a: 10n });', 'script_failed', 'BigInt'],
    ['export default () => { const a = {}; a.a = a; return a; };', 'script_failed', 'circular'],
  ])('%j', async (source, code, message) => {
    expect(await run(source)).toMatchObject({ ok: false, code, message: expect.stringContaining(message) });
  });
});
