import { rm } from 'node:fs/promises';

/** Ends the run's Postgres and removes its folder. */
export default async function tearDown(): Promise<void> {
  const server = globalThis.repowatchTestServer;
  if (server === undefined) return;
  await server.stop();
  await rm(server.folder, { recursive: true, force: true });
}
