import type { ApiObject, TestApp } from './test-app.ts';

/** A run as the API shows it. */
export interface Run extends ApiObject {
  id: string;
  status: string;
  code: string | null;
  lane: string;
  replay_of: string | null;
  blocked_by: { run: string; reason: string } | null;
  parameters: Record<string, unknown>;
  steps: {
    position: number;
    status: string;
    idempotency_key: string;
    outputs: ApiObject;
    attempts: { number: number; status: string }[];
  }[];
}

/** The runs that a query of the list finds, oldest first. */
export async function listRuns(world: TestApp, query: string): Promise<Run[]> {
  return ((await world.list(`/api/runs?limit=100&${query}`)) as Run[]).toReversed();
}

/** The runs of a query once they have these statuses, oldest first. */
export async function waitForStatuses(world: TestApp, query: string, wanted: string[]): Promise<Run[]> {
  let seen: Run[] = [];
  return await world
    .eventually(query, async () => {
      seen = await listRuns(world, query);
      return seen.map((run) => run.status).join() === wanted.join() && seen;
    })
    .catch((error: unknown) => {
      throw new Error(`${query}: ${seen.map(({ id, status, code }) => `${id} ${status} ${code}`).join()}`, { cause: error });
    });
}
