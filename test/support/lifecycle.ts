import { quiet } from './story.ts';
import type { TestApp } from './test-app.ts';

/** Something that is done on GitHub. */
type Deed = (world: TestApp) => Promise<unknown>;

/**
 * Does things on GitHub while its webhooks are lost, and has what they would have sent arrive afterwards: in the order in which it
 * happened, or in the opposite one. Answers when RepoWatch has nothing left to do.
 */
export async function arrive(world: TestApp, order: 'in order' | 'reversed', deeds: Deed[]): Promise<void> {
  const github = world.github!;
  const before = (await github.deliveries()).length;
  await github.setWebhooks('off');
  for (const deed of deeds) await deed(world);
  await github.settled();
  await github.setWebhooks('on');
  const lost = (await github.deliveries()).slice(before);
  for (const delivery of order === 'in order' ? lost : lost.toReversed()) {
    await github.redeliver(delivery.guid);
    await github.settled();
    await world.settled(delivery.guid);
  }
  await quiet(world);
}
