import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { actionTools, createTestDoor } from '../../../test/support/action-tools.ts';
import { attemptContext } from '../../../test/support/attempt-context.ts';
import { createLog } from '../../core/log.ts';
import { failed, ok } from '../../core/outcome.ts';
import type { Door } from '../door.ts';
import type { RunFacts } from '../run-facts.ts';
import { kind } from './index.ts';
import { createScriptPool, type ScriptPool } from './pool.ts';
import { scriptInput } from './script-input.ts';

let pool: ScriptPool;
let door: Door;

beforeAll(() => {
  door = createTestDoor();
  pool = createScriptPool({ size: 3, log: createLog({ level: 'silent' }) });
});
afterAll(async () => {
  await pool.close();
  await door.close();
});

const run = (input: object) => kind.run(attemptContext(scriptInput.parse(input)), actionTools({ scripts: pool, door }));
const body = (text: string) => ({ run: `export default async ({ log }) => { ${text} };` });

describe('limits', () => {
  test.each([
    ['script_cpu', 'for (;;);', { cpu: '60ms', timeout: '20s' }],
    ['script_timeout', 'await new Promise(() => {});', { timeout: '100ms', cpu: '20s' }],
    ['script_memory', 'const a = []; for (;;) a.push(new Array(1000).fill(1.5));', { memory: '8MB', timeout: '20s' }],
    ['script_output_too_large', 'return { a: "x".repeat(2000) };', { output: '1KB' }],
    [
      'script_fetch_limit',
      'for (const url of ["https://x.invalid", "https://x.invalid"]) await fetch(url, { method: "NO" }).catch((error) => { if (error.message.includes("at most")) throw error; });',
      { fetches: 1 },
    ],
    ['script_fetch_limit', 'await fetch("https://x");', { fetches: 0 }],
    ['script_request_limit', 'await github.request("GET /x");', { requests: 0 }],
    ['script_state_limit', 'for (;;) await state.get("a");', { timeout: '20s' }],
  ])('%s: %s %j', async (code, text, input) => {
    const state = { read: async () => ({ text: undefined, version: '0' }), write: async () => ok(true), list: async () => [] };
    const source = `export default async ({ fetch, github, state }) => { ${text} };`;
    const tools = actionTools({ scripts: pool, door, state });
    expect(await kind.run(attemptContext(scriptInput.parse({ run: source, ...input })), tools)).toMatchObject({ result: 'failed', code });
  });

  test('outputs and logs can be larger when a step says so; what is too much is dropped and said', async () => {
    const large = 'for (let i = 0; i < 30; i += 1) log(String(i).padEnd(4000)); return { a: "x".repeat(200000) };';
    expect(await run({ ...body(large), output: '256KB', log: '256KB' })).toMatchObject({ result: 'succeeded' });
    const outcome = await run({ ...body('log("x".repeat(600)); log("y".repeat(600)); return {};'), log: '1KB' });
    expect(outcome.record.log).toEqual(['x'.repeat(600), '… further lines are dropped (script_log_limit)']);
  });
});

describe('state', () => {
  test('takes JSON and no secrets, and says why not', async () => {
    const written: unknown[] = [];
    const state = {
      read: async () => ({ text: '"before"', version: '7' }),
      write: async (_facts: RunFacts, write: object) => {
        written.push(write);
        return written.length > 2 ? failed('script_state_limit', 'full') : ok(written.length > 1);
      },
      list: async () => [{ key: '__proto__', text: '1' }],
    };
    const source = `export default async ({ state, secrets }) => {
      const tell = (error) => error.message;
      return {
        update: await state.update('k', (value) => value + '!'),
        secret: await state.set('a', { deep: secrets.S }).catch(tell),
        key: await state.set(secrets.S, 1).catch(tell),
        long: await state.get('x'.repeat(101)).catch(tell),
        none: await state.set('a', undefined).catch(tell),
        full: await state.set('a', 1).catch((error) => error.code),
        list: Object.keys(await state.list()),
      };
    }`;
    const mask = (text: string) => text.replaceAll('geheim', '***');
    const context = attemptContext(scriptInput.parse({ run: source }), { secrets: { S: 'geheim' }, mask });
    const outcome = await kind.run(context, actionTools({ scripts: pool, door, state }));
    const noSecret = 'A secret must not be kept in the state of a watch';
    expect(outcome).toMatchObject({
      outputs: {
        update: 'before!',
        secret: noSecret,
        key: noSecret,
        long: expect.stringContaining('at most 100'),
        none: expect.stringContaining('takes a value'),
        full: 'script_state_limit',
        list: ['__proto__'],
      },
    });
    expect(written).toEqual([
      { key: 'k', text: '"before!"', version: '7' },
      { key: 'k', text: '"before!"', version: '7' },
      { key: 'a', text: '1', version: undefined },
    ]);
  });
});

describe('TypeScript', () => {
  const typed = (source: string) => run({ run: source, language: 'ts' });

  test('loses its types and nothing else', async () => {
    const source = 'type Given = { change: { id: string } };\nexport default ({ change }: Given) => ({ id: change.id as string });';
    expect(await typed(source)).toMatchObject({ result: 'succeeded', outputs: { id: '42' } });
    expect(await run({ run: source })).toMatchObject({ code: 'script_invalid' });
  });

  test.each([
    ['an enum', 'const a = 1;\nenum Kind { A }\nexport default () => ({});', 'enum is not supported in strip-only mode (line 2)'],
    [
      'a parameter property',
      'class A { constructor(private a: string) {} }',
      'parameter property is not supported in strip-only mode (line 1)',
    ],
    ['no type at all', '\n\nconst a: = 1;', '(line 3)'],
    ['depth that breaks the compiler', '('.repeat(20_000), 'nested too deeply'],
    ['a text that takes for ever', `${'<T>('.repeat(40)}a${')'.repeat(40)}`, 'nested too deeply'],
  ])('%s is refused, and the next script loses its types', async (_name, source, message) => {
    expect(await typed(source)).toMatchObject({ code: 'script_invalid', message: expect.stringContaining(message) });
    expect(await typed('export default (): object => ({ next: 1 });')).toMatchObject({ outputs: { next: 1 } });
  });
});
