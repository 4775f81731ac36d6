import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { scriptJob } from '../../../test/support/script-job.ts';
import { createLog } from '../../core/log.ts';
import { endless, hungry, selfDestructive, waitsForEver, ways, type Abuse } from './abuses.fixture.ts';
import { createScriptPool, type ScriptPool } from './pool.ts';
import type { ScriptEnd } from './script-child.ts';

let pool: ScriptPool;

beforeAll(async () => {
  // What a script must never get to see is there to be found.
  process.env['REPOWATCH_CANARY'] = canary;
  pool = createScriptPool({ size: 4, log: createLog({ level: 'silent' }) });
  expect(await pool.warmUp()).toBeUndefined();
});
afterAll(async () => {
  delete process.env['REPOWATCH_CANARY'];
  await pool.close();
});

const canary = 'canary-8d2f61';

const run = (source: string, changes: Parameters<typeof scriptJob>[1] = {}) => pool.run(scriptJob(source, changes));

/** A body of `export default`, so that lines count from the first. */
const body = (text: string) => `export default async (given) => { ${text} };`;

/**
 * The longest that this process was kept from its next turn by what it did itself: the time that its thread computed between two looks,
 * in milliseconds. The clock alone would also count what other processes of the machine take.
 */
function watchHoldUps(): { end(): number } {
  let longest = 0;
  let before = process.threadCpuUsage();
  const look = () => {
    const { user, system } = process.threadCpuUsage(before);
    longest = Math.max(longest, (user + system) / 1000);
    before = process.threadCpuUsage();
  };
  const timer = setInterval(look, 2);
  return {
    end() {
      look();
      clearInterval(timer);
      return longest;
    },
  };
}

const mostHeldUpMs = 50;

/**
 * Runs abuses of one kind side by side, each followed by an ordinary script of the same tenant: what a script does to its process must not
 * reach the next. Answers a line for each that went wrong.
 */
async function tryAbuses(
  abuses: readonly Abuse[],
  judge: (end: ScriptEnd) => boolean,
  changes: Parameters<typeof scriptJob>[1] = {},
): Promise<string[]> {
  for (let times = 1; ; times += 1) {
    const { wrong, heldUp } = await tryOnce(abuses, judge, changes);
    // What an abuse does to its parent it does each time; the test runner's own garbage is collected now and then.
    if (wrong.length === 0 && heldUp > mostHeldUpMs && times < 3) continue;
    return [...wrong, ...(heldUp > mostHeldUpMs ? [`the parent was held up for ${heldUp} ms`] : [])];
  }
}

async function tryOnce(
  abuses: readonly Abuse[],
  judge: (end: ScriptEnd) => boolean,
  changes: Parameters<typeof scriptJob>[1],
): Promise<{ wrong: string[]; heldUp: number }> {
  const holdUps = watchHoldUps();
  const wrong = await Promise.all(
    abuses.map(async ([name, source], index) => {
      const tenant = `tenant ${index % 3}`;
      const end = await run(source, { tenant, ...changes });
      const next = await run(body('return { fine: Object.keys(globalThis).length, left: typeof globalThis.left }'), { tenant });
      const told = JSON.stringify(end);
      const lines: string[] = [];
      if (!judge(end)) lines.push(`${name}: ${told.slice(0, 200)}`);
      if (told.includes(canary)) lines.push(`${name}: read what it must not`);
      if (!next.ok || !next.text.includes('"left":"undefined"')) lines.push(`${name}: the next run came to ${JSON.stringify(next)}`);
      return lines;
    }),
  );
  return { wrong: wrong.flat(), heldUp: holdUps.end() };
}

const endsWith =
  (...codes: string[]) =>
  (end: ScriptEnd) =>
    !end.ok && codes.includes(end.code);

describe('abuse stays inside, and holds nobody up', () => {
  test('what never ends is ended, by the time it computes', async () => {
    const ends = endsWith('script_cpu');
    expect(
      await tryAbuses(
        endless.map(([name, text]) => [name, body(text)]),
        ends,
        { cpuMs: 100, timeoutMs: 20_000 },
      ),
    ).toEqual([]);
  });

  test('what waits for ever is ended, by the clock', async () => {
    const ends = endsWith('script_timeout');
    expect(
      await tryAbuses(
        waitsForEver.map(([name, text]) => [name, body(text)]),
        ends,
        { timeoutMs: 200 },
      ),
    ).toEqual([]);
  });

  test('what eats memory is ended', async () => {
    expect(
      await tryAbuses(
        hungry.map(([name, text]) => [name, body(text)]),
        endsWith('script_memory'),
        { memoryMb: 8, timeoutMs: 60_000, cpuMs: 60_000 },
      ),
    ).toEqual([]);
  });

  test('what harms itself fails', async () => {
    const ends = endsWith('script_failed', 'script_memory', 'script_cpu');
    expect(
      await tryAbuses(
        selfDestructive.map(([name, text]) => [name, body(text)]),
        ends,
        { cpuMs: 400 },
      ),
    ).toEqual([]);
  });

  test('nothing of the host, its files, its environment or the network is within reach', async () => {
    // Some of these are forbidden in modules, or do not exist; an error is as good an answer.
    const isNothing = (end: ScriptEnd) => (end.ok ? end.text === '{}' : ['script_failed', 'script_invalid'].includes(end.code));
    const abuses: Abuse[] = ways.map((text) => [
      text,
      `export default async (given) => { globalThis.left = 1; return { found: await (${text}) }; };`,
    ]);
    expect(await tryAbuses(abuses, isNothing)).toEqual([]);
    expect(abuses.length + endless.length + hungry.length + selfDestructive.length).toBeGreaterThan(80);
  });
});

describe('floods stay inside', () => {
  test('twenty thousand fetches: twenty reach the host', async () => {
    let asked = 0;
    const fetch = async () => {
      asked += 1;
      return JSON.stringify({ status: 200, headers: {}, body: '' });
    };
    const text =
      'let refused = 0; const count = () => { refused += 1; }; for (let i = 0; i < 20000; i += 1) given.fetch("https://x").catch(count); await given.fetch("https://x").catch(count); return { refused };';
    expect(await run(body(text), { fetch, memoryMb: 128 })).toMatchObject({ ok: true, text: '{"refused":19981}' });
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

describe('a script keeps to itself', () => {
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
