import { expect, test } from '@jest/globals';
import { FairLanes } from './fair-lanes.ts';

const tenantOf = (lane: string) => lane.slice(0, lane.indexOf(':'));
const flood = (lanes: FairLanes, tenant: string, count: number) => {
  for (let index = 0; index < count; index += 1) lanes.add(`${tenant}:${index}`);
};
/** How many of what was taken each tenant has. */
function shares(taken: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const lane of taken) counts[tenantOf(lane)] = (counts[tenantOf(lane)] ?? 0) + 1;
  return counts;
}

test('one tenant alone leaves a quarter of the room to whoever comes, who is next at once', () => {
  const lanes = new FairLanes({ tenantOf, maxLanes: 200 });
  flood(lanes, 'a', 10_000);
  // What is more than that is named again by the sweep.
  expect(lanes.size).toBe(2_000);
  expect(shares(lanes.take(200))).toEqual({ a: 150 });
  expect(lanes.take(200)).toEqual([]);
  lanes.add('b:1');
  expect(lanes.take(1)).toEqual(['b:1']);
  flood(lanes, 'b', 30);
  expect(shares(lanes.take(200))).toEqual({ b: 4 });
});

test('tenants that all have much to do get the same, whoever came first', () => {
  const lanes = new FairLanes({ tenantOf, maxLanes: 40 });
  for (const tenant of ['a', 'b', 'c']) flood(lanes, tenant, 100);
  expect(shares(lanes.take(30))).toEqual({ a: 10, b: 10, c: 10 });
  for (const lane of ['a:0', 'a:1', 'b:0']) lanes.release(lane);
  expect(shares(lanes.take(40))).toEqual({ a: 2, b: 1 });
});

test('without tenants lanes go in their order, all of them', () => {
  const lanes = new FairLanes({ tenantOf: undefined, maxLanes: 3 });
  for (const lane of ['x', 'y', 'x', 'z', 'w']) lanes.add(lane);
  expect(lanes.take(10)).toEqual(['x', 'y', 'z']);
  lanes.release('y');
  expect(lanes.take(10)).toEqual(['w']);
});
