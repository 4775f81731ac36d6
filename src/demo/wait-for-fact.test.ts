import { expect, test } from '@jest/globals';
import { waitForFact } from './wait-for-fact.ts';

const { signal } = new AbortController();

test('a fact that comes later is answered', async () => {
  let asked = 0;
  const answer = await waitForFact({ what: 'it is there', signal }, () => Promise.resolve((asked += 1) === 3 ? 'there' : undefined));
  expect({ answer, asked }).toEqual({ answer: 'there', asked: 3 });
});

test('a fact that never comes is a failure that names it', async () => {
  const waiting = waitForFact({ what: 'the moon is blue', signal, seconds: 0.1 }, () => Promise.resolve(undefined));
  await expect(waiting).rejects.toMatchObject({ code: 'demo_failed', message: expect.stringContaining('the moon is blue') });
});

test('whoever is told to stop does not go on asking', async () => {
  const stop = new AbortController();
  const waiting = waitForFact({ what: 'it is there', signal: stop.signal }, () => {
    stop.abort();
    return Promise.resolve(undefined);
  });
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});
