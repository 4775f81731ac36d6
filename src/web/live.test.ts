import { expect, test } from '@jest/globals';
import { createLog } from '../core/log.ts';
import { createLiveHub, digestNews } from './live.ts';

const log = createLog({ level: 'silent' });

/** A listener whose next message can be awaited. */
function createListener() {
  const queue: string[] = [];
  let wake: () => void = () => undefined;
  return {
    listen: (fragment: string) => {
      queue.push(fragment);
      wake();
    },
    next: async () => {
      while (queue.length === 0) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await promise;
      }
      return queue.shift();
    },
    queue,
  };
}

const quiet = { end: () => undefined };

test('reads once for all who look at the same, and tells them only what changed', async () => {
  let state = 'one';
  let readings = 0;
  const read = Promise.withResolvers<void>();
  const hub = createLiveHub({ intervalMs: 1, log });
  const view = {
    key: '/',
    who: '1',
    read: async () => {
      readings += 1;
      if (readings === 5) read.resolve();
      return state;
    },
  };
  expect(readings).toBe(0);
  const first = createListener();
  const stop = hub.subscribe(view, { hear: first.listen, ...quiet });
  expect(await first.next()).toBe('one');
  const second = createListener();
  hub.subscribe(view, { hear: second.listen, ...quiet });
  expect(second.queue).toEqual(['one']);
  await read.promise;
  expect(first.queue).toEqual([]);
  state = 'two';
  expect(await first.next()).toBe('two');
  second.queue.shift();
  expect(await second.next()).toBe('two');
  stop();
  state = 'three';
  expect(await second.next()).toBe('three');
  expect(first.queue).toEqual([]);
  hub.close();
});

test('the age of a moment is no news; the end of a right ends the listening', async () => {
  const fragments = ['now', '5 sec. ago', 'gone'].map((age) => `<relative-time datetime="2026-11-22T04:00:00.000Z">${age}</relative-time>`);
  let reading = 0;
  const hub = createLiveHub({ intervalMs: 1, log });
  const ended = Promise.withResolvers<void>();
  const listener = createListener();
  const read = async () => (reading < fragments.length ? fragments[reading++] : undefined);
  hub.subscribe({ key: '/', who: '1', read }, { hear: listener.listen, end: ended.resolve });
  await ended.promise;
  expect(listener.queue).toEqual([fragments[0]]);
  hub.close();
});

test('has room for 60 different pages and 200 people, and nobody takes the places of others', () => {
  const hub = createLiveHub({ intervalMs: 1_000, log });
  const watch = (key: string, who: string) => hub.subscribe({ key, who, read: async () => '' }, { hear: () => undefined, ...quiet });
  for (let index = 0; index < 20; index += 1) watch(`/repos/acme/${index}`, 'greedy');
  expect(hub.hasRoom({ key: '/repos/acme/20', who: 'greedy' })).toBe(false);
  for (let index = 0; index < 30; index += 1) watch('/repos/acme/1', 'greedy');
  expect(hub.hasRoom({ key: '/repos/acme/1', who: 'greedy' })).toBe(false);
  for (let index = 20; index < 60; index += 1) watch(`/repos/acme/${index}`, `person ${index % 4}`);
  expect(hub.hasRoom({ key: '/repos/acme/60', who: 'somebody' })).toBe(false);
  expect(hub.hasRoom({ key: '/repos/acme/20', who: 'somebody' })).toBe(true);
  for (let index = 0; index < 110; index += 1) watch('/repos/acme/20', `person ${index % 8}`);
  expect(hub.hasRoom({ key: '/repos/acme/20', who: 'somebody' })).toBe(false);
  hub.close();
});

test('says once that it cannot read again, also to who comes then, and takes it back', async () => {
  let broken = true;
  const hub = createLiveHub({ intervalMs: 1, log });
  const view = {
    key: '/',
    who: '1',
    read: async () => {
      if (broken) throw new Error('away');
      return 'fresh';
    },
  };
  const [early, late] = [createListener(), createListener()];
  hub.subscribe(view, { hear: early.listen, ...quiet });
  expect(await early.next()).toContain('what you see is older');
  hub.subscribe(view, { hear: late.listen, ...quiet });
  expect(await late.next()).toContain('what you see is older');
  broken = false;
  expect([await early.next(), await early.next()]).toEqual([expect.not.stringContaining('older'), 'fresh']);
  expect([early.queue, await late.next(), await late.next()]).toEqual([[], expect.stringContaining('live-trouble'), 'fresh']);
  hub.close();
});

test('who has a reading before their eyes hears of the next one only', async () => {
  let state = 'one';
  const hub = createLiveHub({ intervalMs: 1, log });
  const view = { key: '/', who: 'mona', read: async () => state };
  const [first, second, third] = [createListener(), createListener(), createListener()];
  hub.subscribe(view, { hear: first.listen, ...quiet }, 'one');
  hub.subscribe(view, { hear: second.listen, ...quiet }, 'one');
  hub.subscribe(view, { hear: third.listen, ...quiet }, 'older');
  expect([first.queue, second.queue, third.queue]).toEqual([[], [], ['one']]);
  state = 'two';
  expect(await first.next()).toBe('two');
  expect(await second.next()).toBe('two');
  hub.close();
  const aged = (age: string) => digestNews(`<relative-time datetime="x">${age}</relative-time>`);
  expect(aged('now')).toBe(aged('1 min. ago'));
  expect(digestNews('a')).not.toBe(digestNews('b'));
});
