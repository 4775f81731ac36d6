import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { scriptJob } from '../../../test/support/script-job.ts';
import { createLog } from '../../core/log.ts';
import { createScriptPool, type ScriptPool } from './pool.ts';

let pool: ScriptPool;

beforeAll(async () => {
  pool = createScriptPool({ size: 2, log: createLog({ level: 'silent' }) });
  expect(await pool.warmUp()).toBeUndefined();
});
afterAll(() => pool.close());

const run = (source: string, changes: Parameters<typeof scriptJob>[1] = {}) => pool.run(scriptJob(source, changes));

/** A body of `export default`, so that lines count from the first. */
const body = (text: string) => `export default async (given) => { ${text} };`;

// Every abuse is followed by an ordinary run: what a script does to its process must not reach the next.
afterEach(async () => {
  expect(await run(body('return { fine: true }'))).toMatchObject({ ok: true, text: '{"fine":true}' });
});

describe('what never ends is ended', () => {
  test.each([
    ['a loop', 'while (1);'],
    ['a loop of microtasks', 'const again = () => Promise.resolve().then(again); await again();'],
    ['a promise nobody settles', 'await new Promise(() => {});'],
    ['native code that ignores termination', 'Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);'],
    ['a regular expression', '/^(a+)+$/.test("a".repeat(40) + "b");'],
    ['a loop after the result', 'Promise.resolve().then(() => {}).then(() => {}).then(() => {}).then(() => { while (1); }); return {};'],
    ['a loop in toJSON', 'return { a: { toJSON() { while (1); } } };'],
    ['a loop in a getter of an error', 'throw Object.defineProperty(new Error(), "message", { get() { while (1); } });'],
  ])('%s', async (_name, text) => {
    expect(await run(body(text), { timeoutMs: 400 })).toMatchObject({ ok: false, code: 'script_timeout' });
  });

  test('what was logged before the end is kept', async () => {
    expect(await run(body('given.log("before"); while (1);'), { timeoutMs: 400 })).toMatchObject({
      code: 'script_timeout',
      log: ['before'],
    });
  });
});

describe('what eats memory is ended', () => {
  test.each([
    ['arrays', 'const a = []; for (;;) a.push(new Array(1000).fill(1.5));'],
    ['objects after a fetch', 'await given.fetch("https://x"); const a = []; for (;;) a.push({ a: 1 });'],
    ['a map', 'const m = new Map(); for (let i = 0; ; i += 1) m.set(i, i);'],
    [
      'a resizable buffer',
      'const b = new ArrayBuffer(1, { maxByteLength: 3e9 }); for (let i = 1; i < 300; i += 1) { b.resize(i * 1e7); new Uint8Array(b).fill(1); }',
    ],
    ['a padded string', '"x".padStart(2 ** 29 - 25, "abc").padEnd(2 ** 29 - 24).split("");'],
  ])('%s', async (_name, text) => {
    expect(await run(body(text))).toMatchObject({ ok: false, code: 'script_memory' });
  });

  test('a BigInt that grows ends by one limit or the other', async () => {
    const end = await run(body('let x = 2n; for (;;) x = x * x;'), { timeoutMs: 1000 });
    expect(['script_timeout', 'script_memory', 'script_failed']).toContain(end.ok ? 'no end' : end.code);
  });
});

describe('floods stay inside', () => {
  test('a hundred thousand fetches: twenty reach the host', async () => {
    let asked = 0;
    const fetch = async () => {
      asked += 1;
      return JSON.stringify({ status: 200, headers: {}, body: '' });
    };
    const text =
      'let refused = 0; const count = () => { refused += 1; }; for (let i = 0; i < 100000; i += 1) given.fetch("https://x").catch(count); await given.fetch("https://x").catch(count); return { refused };';
    expect(await run(body(text), { fetch, memoryMb: 128 })).toMatchObject({ ok: true, text: '{"refused":99981}' });
    expect(asked).toBe(20);
  });

  test('a hundred thousand lines: a thousand are kept', async () => {
    const end = await run(body('for (let i = 0; i < 100000; i += 1) given.log(i); given.log("x".repeat(1e6));'));
    expect(end.ok).toBe(true);
    expect(end.log).toHaveLength(1001);
    expect(end.log.at(-1)).toBe('… further lines are dropped (script_log_limit)');
  });

  test('long lines are dropped whole, never cut', async () => {
    const end = await run(body('given.log("x".repeat(4001)); for (let i = 0; i < 30; i += 1) given.log("y".repeat(4000));'));
    expect(end.log[0]).toBe('… a line longer than 4,000 characters is dropped');
    expect(end.log.join('').length).toBeLessThan(70_000);
    expect(end.log.at(-1)).toBe('… further lines are dropped (script_log_limit)');
  });

  test('outputs beyond 64 KB are refused', async () => {
    expect(await run(body('return { a: "x".repeat(70000) }'))).toMatchObject({ ok: false, code: 'script_output_too_large' });
  });

  test('a fetch with a huge body never leaves', async () => {
    const end = await run(body('await given.fetch("https://x", { method: "POST", body: "x".repeat(300000) });'));
    expect(end).toMatchObject({ ok: false, code: 'script_failed', message: expect.stringContaining('256 KB') });
  });
});

describe('nothing of Node is within reach', () => {
  test.each([
    'process.exit(1)',
    'require("fs")',
    'Buffer.from("a")',
    'setTimeout(() => {}, 1)',
    'WebAssembly',
    'SharedArrayBuffer',
    'Atomics',
  ])('%s is a ReferenceError', async (text) => {
    expect(await run(body(`${text};`))).toMatchObject({
      ok: false,
      code: 'script_failed',
      message: expect.stringMatching(/^ReferenceError: .* \(line 1\)$/),
    });
  });

  test.each([
    'globalThis.constructor.constructor("return typeof process")()',
    'given.log.constructor("return typeof process")()',
    'given.fetch.constructor("return typeof process")()',
    'given.constructor.constructor("return typeof process")()',
    '(await given.fetch("https://x")).text.constructor("return typeof process")()',
    '(await given.fetch("https://x")).constructor.constructor("return typeof process")()',
    '(() => { try { null.x } catch (e) { return e.constructor.constructor("return typeof process")() } })()',
    '(() => { let seen = "undefined"; Error.prepareStackTrace = (e, frames) => { for (const f of frames) { const g = f.getThis?.() ?? f.getFunction?.(); if (g && g.process) seen = "object"; } return ""; }; new Error().stack; return seen; })()',
    '(function f() { return typeof (f.caller ?? {}).process })()',
    'typeof Reflect.ownKeys(globalThis).find((key) => /ivm|isolated|host|finish|askFetch/i.test(String(key)))',
  ])('%s leads nowhere', async (text) => {
    const end = await run(`export default async (given) => { return { found: await (${text}) }; };`);
    // Some of these are forbidden in modules; an error is as good an answer.
    expect(end.ok ? end.text : '{"found":"undefined"}').toBe('{"found":"undefined"}');
  });

  test('import is refused, static and dynamic', async () => {
    expect(await run('import fs from "node:fs"; export default () => ({});')).toMatchObject({
      code: 'script_invalid',
      message: expect.stringContaining('node:fs'),
    });
    expect(await run(body('await import("node:fs");'))).toMatchObject({ ok: false, code: 'script_failed' });
  });

  test('a script that bends the built-ins harms only itself', async () => {
    const text = `
      Object.prototype.polluted = 1; Array.prototype.toJSON = () => "bent";
      JSON.stringify = () => "{}"; JSON.parse = () => null; Promise.prototype.then = function () { return this; };
      String.prototype.slice = () => { throw new Error("bent"); }; Map.prototype.get = () => 1;
      return { kept: "yes" };`;
    expect(await run(body(text))).toMatchObject({ ok: true, text: '{"kept":"yes"}' });
    expect(await run(body('return { clean: typeof Object.prototype.polluted }'))).toMatchObject({ text: '{"clean":"undefined"}' });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('nothing stays from one run to the next', async () => {
    await run(body('globalThis.left = given.secrets; return {}'), { input: '{"secrets":{"A":"geheim"}}' });
    expect(await run(body('return { left: typeof globalThis.left, secrets: typeof given.secrets }'))).toMatchObject({
      text: '{"left":"undefined","secrets":"undefined"}',
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
