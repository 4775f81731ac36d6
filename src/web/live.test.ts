import { expect, test } from '@jest/globals';
import { createLog } from '../core/log.ts';
import { adminRequester } from '../people/requester.ts';
import { createLiveHub } from './live.ts';

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

const view = (repository?: string) => ({ repository, requester: adminRequester });

test('reads once for all who look at the same, and tells them only what changed', async () => {
  let state = 'one';
  let readings = 0;
  const read = Promise.withResolvers<void>();
  const hub = createLiveHub({
    intervalMs: 1,
    log,
    render: async () => {
      readings += 1;
      if (readings === 5) read.resolve();
      return state;
    },
  });
  expect(readings).toBe(0);
  const first = createListener();
  const stop = hub.subscribe(view(), first.listen);
  expect(await first.next()).toBe('one');
  const second = createListener();
  hub.subscribe(view(), second.listen);
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

test('goes on when a reading fails', async () => {
  let readings = 0;
  const hub = createLiveHub({
    intervalMs: 1,
    log,
    render: async () => {
      readings += 1;
      if (readings < 3) throw new Error('the database is away');
      return 'back';
    },
  });
  const listener = createListener();
  hub.subscribe(view(), listener.listen);
  expect(await listener.next()).toBe('back');
  hub.close();
});

test('has room for 20 different filters and 200 people', () => {
  const hub = createLiveHub({ intervalMs: 1_000, log, render: async () => '' });
  for (let index = 0; index < 20; index += 1) hub.subscribe(view(`acme/${index}`), () => undefined);
  expect(hub.hasRoom(view('acme/20'))).toBe(false);
  expect(hub.hasRoom(view('ACME/1'))).toBe(true);
  for (let index = 0; index < 180; index += 1) hub.subscribe(view('acme/1'), () => undefined);
  expect(hub.hasRoom(view('acme/1'))).toBe(false);
  hub.close();
});
