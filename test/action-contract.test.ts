import { expect, test } from '@jest/globals';
import { loadKinds } from '../src/actions/load-kinds.ts';
import { createRegistry } from '../src/actions/registry.ts';
import { actionTools, createTestDoor } from './support/action-tools.ts';
import { describeContract, openContractWorld } from './support/describe-contract.ts';
import type { KindContract } from './support/kind-contract.ts';

const kinds = await loadKinds();

openContractWorld();
for (const kind of kinds) {
  const { contract } = (await import(`../src/actions/${kind.name}/contract.fixture.ts`)) as { contract: KindContract };
  describeContract(kind, contract);
}

test('the registry knows its kinds by name and nothing else', async () => {
  const door = createTestDoor();
  const registry = createRegistry(kinds, actionTools({ door }));
  expect(registry.list()).toEqual(kinds);
  for (const name of ['bash', '', '__proto__', 'constructor']) expect(registry.find(name)).toBeUndefined();
  expect(() => createRegistry([...kinds, ...kinds], actionTools({ door }))).toThrow('same name');
  await door.close();
});
