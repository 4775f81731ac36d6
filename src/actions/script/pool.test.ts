import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { scriptJob } from '../../../test/support/script-job.ts';
import { createLog } from '../../core/log.ts';
import { createScriptPool } from './pool.ts';

const log = createLog({ level: 'silent' });
const job = (source: string, changes: Parameters<typeof scriptJob>[1] = {}) => scriptJob(source, { tenant: 'a', ...changes });

const hello = 'export default () => ({ hello: 1 });';
/** A script that waits for its first fetch to be answered. */
const waiting = 'export default async ({ fetch }) => { await fetch("https://x"); return {}; };';

/** A fetch that tells when it was asked, and answers when it is let go. */
function gate() {
  const asked = Promise.withResolvers<void>();
  const open = Promise.withResolvers<void>();
  const fetch = async () => {
    asked.resolve();
    await open.promise;
    return JSON.stringify({ status: 200, headers: {}, body: '' });
  };
  return { asked: asked.promise, open: open.resolve, fetch };
}

describe('the pool of script processes', () => {
  test('a tenant leaves room: all but one process is the most it gets', async () => {
    const pool = createScriptPool({ size: 2, log });
    const held = gate();
    const first = pool.run(job(waiting, { fetch: held.fetch }));
    await held.asked;
    const second = pool.run(job(hello));
    expect(await pool.run(job(hello, { tenant: 'b' }))).toMatchObject({ ok: true });
    held.open();
    expect(await first).toMatchObject({ ok: true });
    expect(await second).toMatchObject({ ok: true });
    await pool.close();
  });

  test('more tenants than processes are served one after the other, in processes of their own', async () => {
    const pool = createScriptPool({ size: 1, log });
    const ends = await Promise.all(['a', 'b', 'c', 'a'].map((tenant) => pool.run(job(hello, { tenant }))));
    expect(ends.map((end) => end.ok)).toEqual([true, true, true, true]);
    await pool.close();
  });

  test('a process is replaced after so many runs', async () => {
    const pool = createScriptPool({ size: 1, log, runsPerChild: 2 });
    for (let index = 0; index < 5; index += 1) expect(await pool.run(job(hello))).toMatchObject({ ok: true });
    await pool.close();
  });

  test('a signal ends a running script and takes a waiting one out of the queue', async () => {
    const pool = createScriptPool({ size: 1, log });
    const held = gate();
    const stop = new AbortController();
    const running = pool.run(job(waiting, { fetch: held.fetch, signal: stop.signal }));
    await held.asked;
    const queued = pool.run(job(hello, { signal: stop.signal }));
    const other = pool.run(job(hello));
    stop.abort();
    expect(await running).toMatchObject({ ok: false, code: 'interrupted' });
    expect(await queued).toMatchObject({ ok: false, code: 'interrupted' });
    expect(await other).toMatchObject({ ok: true });
    expect(await pool.run(job(hello, { signal: AbortSignal.abort() }))).toMatchObject({ code: 'interrupted' });
    await pool.close();
  });

  test('a step whose own time is over is a timeout, not an interruption', async () => {
    const pool = createScriptPool({ size: 1, log });
    await pool.warmUp();
    const held = gate();
    const step = new AbortController();
    const running = pool.run(job(waiting, { fetch: held.fetch, signal: step.signal }));
    await held.asked;
    step.abort(new DOMException('over', 'TimeoutError'));
    expect(await running).toMatchObject({ ok: false, code: 'script_timeout' });
    await pool.close();
  });

  test('the fetches of a run that ended are aborted', async () => {
    const pool = createScriptPool({ size: 1, log });
    const aborted = Promise.withResolvers<void>();
    const fetch = (_request: string, signal: AbortSignal) =>
      new Promise<string>((resolve) => {
        signal.addEventListener('abort', () => {
          aborted.resolve();
          resolve('{}');
        });
      });
    expect(await pool.run(job('export default ({ fetch }) => { fetch("https://x"); return {}; };', { fetch }))).toMatchObject({ ok: true });
    await aborted.promise;
    await pool.close();
  });

  test('closing ends what runs and refuses what comes', async () => {
    const pool = createScriptPool({ size: 1, log });
    const held = gate();
    const running = pool.run(job(waiting, { fetch: held.fetch }));
    await held.asked;
    const queued = pool.run(job(hello));
    await pool.close();
    expect(await running).toMatchObject({ ok: false });
    expect(await queued).toMatchObject({ ok: false, code: 'interrupted' });
    expect(await pool.run(job(hello))).toMatchObject({ ok: false, code: 'interrupted' });
  });

  const linuxTest = process.platform === 'linux' ? test : test.skip;
  linuxTest('a process that dies is a crash that can be tried again, and the next script runs', async () => {
    const pool = createScriptPool({ size: 1, log });
    const held = gate();
    const running = pool.run(job(waiting, { fetch: held.fetch }));
    await held.asked;
    for (const pid of readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' '))
      process.kill(Number(pid), 'SIGKILL');
    expect(await running).toMatchObject({ ok: false, code: 'script_crashed' });
    expect(await pool.run(job(hello))).toMatchObject({ ok: true });
    await pool.close();
  });

  test('where isolated-vm does not load, scripts are unavailable and nothing else happens', async () => {
    const pool = createScriptPool({ size: 1, log, addon: '/nowhere/isolated-vm.node' });
    const end = await pool.run(job(hello));
    expect(end).toMatchObject({ ok: false, code: 'scripts_unavailable', message: expect.stringContaining('cannot run on this machine') });
    expect(await pool.warmUp()).toContain('nowhere');
    await pool.close();
  });

  test('the event loop of the parent stays free while a script spins', async () => {
    const pool = createScriptPool({ size: 1, log });
    await pool.warmUp();
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 5);
    await pool.run(job('export default () => { for (;;); };', { timeoutMs: 500 }));
    clearInterval(timer);
    // A parent that was blocked would have had one turn; a hundred are possible.
    expect(turns).toBeGreaterThan(10);
    await pool.close();
  });
});
