import { describe, expect, jest, test } from '@jest/globals';
import type { App } from '../../src/app.ts';
import { compareMirror, judgeChanges, judgeDeliveries } from '../support/chaos-verdict.ts';
import { startChaosWorld, type ChaosWorld } from '../support/chaos-world.ts';
import { createLot, type Lot } from '../support/lot.ts';
import { makeTrouble } from '../support/troubles.ts';

jest.setTimeout(180_000);

/** What GitHub does not answer within this is not answered; the limits of 10 and 30 s are the same code. Milliseconds. */
const shortMs = 1_500;
const timeout = AbortSignal.timeout.bind(AbortSignal);
jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => timeout(ms >= 10_000 ? shortMs : ms));

const minuteMs = 60_000;
const seedOf = (name: string, fallback: number) => Number(process.env[name] ?? fallback);

/** A part of the day: people work, answers fail, webhooks get lost or not. */
async function livePart(world: ChaosWorld, lot: Lot, length: number): Promise<string[]> {
  const { playground, github } = world;
  const said: string[] = [];
  if (lot.happens(0.3)) {
    const hearing = lot.pick(['on', 'on', 'lost', 'refused'] as const);
    await playground.setHearing(hearing, `${world.app.url}/api/github/webhooks`);
    said.push(`webhooks ${hearing}`);
  }
  if (lot.happens(0.08)) await playground.suspend('beta');
  else if (lot.happens(0.2)) await playground.resume();
  if (lot.happens(0.15)) await github.expireTokens();
  said.push(...(await makeTrouble(github, lot)));
  for (let deeds = lot.between(1, 4); deeds > 0; deeds -= 1) said.push(await playground.act());
  await world.pass(length * 2 * lot.next(), 250);
  return said;
}

/** GitHub is well again and reaches us: hours pass until the mirror is right and nothing waits. */
async function recoverFrom(world: ChaosWorld): Promise<void> {
  await world.github.clearFailures();
  await world.playground.setHearing('on', `${world.app.url}/api/github/webhooks`);
  await world.playground.resume();
  for (let hours = 0; hours < 60; hours += 1) {
    await world.pass(60 * minuteMs, 1_000);
    if (hours < 26 || !(await world.isIdle())) continue;
    const waiting = await world.rows('select 1 from recovery_items where settled_at is null');
    const unsettled = await world.rows(`select 1 from deliveries where status in ('unprocessed', 'processing', 'reprocessing')`);
    if (waiting.length + unsettled.length === 0 && (await compareMirror(world)).length === 0) return;
  }
}

describe('a day on which GitHub answers wrongly again and again', () => {
  test.each([
    ['one process', seedOf('CHAOS_SEED', 20_261_121), { parts: 20, replicas: false }],
    ['two processes, of which one is stopped and another begins', seedOf('CHAOS_SEED_2', 7), { parts: 12, replicas: true }],
  ])('%s, seed %i: everything that happened is told once, and nothing else', async (_, seed, { parts, replicas }) => {
    const lot = createLot(seed);
    await using world = await startChaosWorld(lot);
    await using others = new AsyncDisposableStack();
    let second: App | undefined = replicas ? await world.startReplica() : undefined;
    const told: string[][] = [];
    for (let part = 0; part < parts; part += 1) {
      told.push(await livePart(world, lot, (24 * 60 * minuteMs) / parts));
      if (second && part % 8 === 4) {
        await second.stop();
        second = await world.startReplica();
      }
    }
    others.defer(async () => second?.stop());
    await recoverFrom(world);
    expect({
      seed,
      told,
      mirror: await compareMirror(world),
      changes: await judgeChanges(world),
      deliveries: await judgeDeliveries(world),
      removed: await world.rows('select full_name from repositories where removed_at is not null'),
      open: await world.rows('select full_name, reconcile_error from repositories where reconcile_error is not null'),
    }).toEqual({ seed, told, mirror: [], changes: [], deliveries: [], removed: [], open: [] });
  });
});
