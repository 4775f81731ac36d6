import type { JsonSchema } from '../../watches/json-schema.ts';
import type { View } from '../kit/view.ts';
import { kindsOf } from '../parts/kind-look.ts';

/** The same until the server starts anew. */
const known = new WeakMap<object, ReadonlyMap<string, JsonSchema>>();

/** The kinds of actions with the schemas of their inputs, as this server describes them to editors. */
export async function readKinds(view: View): Promise<ReadonlyMap<string, JsonSchema>> {
  const { server } = view.request;
  const before = known.get(server);
  if (before !== undefined) return before;
  const kinds = kindsOf(await view.api.get<JsonSchema>('/schema/repowatch.json'));
  known.set(server, kinds);
  return kinds;
}
