import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createDb } from '../src/db/connect.ts';
import { createStandIn } from '../src/stand-in/stand-in.ts';
import type { BenchProcess } from './bench-process.ts';
import { webhookSecret, type Lab } from './lab.ts';
import { createBranch, type BenchBranch } from './pushes.ts';
import type { SinkAnswer } from './sink-peer.ts';

/** RepoWatch with all its roles, tracking repositories whose watches send to a sink. */
export interface BenchWorld extends AsyncDisposable {
  server: BenchProcess;
  sink: BenchProcess;
  databaseUrl: string;
  /** A branch of the repository with this number that nobody has pushed to. */
  branch(repository: number, name: string): BenchBranch;
}

const owner = 'bench';

/** Installs the App on one repository for each configuration and waits until all of them are in force. */
export async function createWorld(lab: Lab, configs: ((sink: string) => string)[], alsoAllow: readonly string[] = []): Promise<BenchWorld> {
  const databaseUrl = await lab.createDatabase();
  const github = await createStandIn({
    directory: join(lab.directory, `github-${databaseUrl.split('/').at(-1)}`),
    webhookSecret,
    appId: 4242,
  });
  const sink = await lab.startSink();
  const server = await lab.startServer({ databaseUrl, github, outboundAllow: [new URL(sink.url).host, ...alsoAllow].join(',') });
  await github.setWebhookUrl(`${server.url}/api/github/webhooks`);
  const { id: ownerId } = await github.createAccount(owner, 'Organization');
  const repositories: { id: number; name: string }[] = [];
  for (const [index, config] of configs.entries()) {
    const name = `repository-${index}`;
    const files = { 'README.md': name, '.github/repowatch.yml': config(sink.url) };
    repositories.push({ id: (await github.createRepository({ owner, name, files })).id, name });
  }
  const { id: installation } = await github.installApp(owner, 'all');
  await waitUntilWatched(databaseUrl, configs.length);
  return {
    server,
    sink,
    databaseUrl,
    branch: (index, name) => createBranch(name, { ...repositories[index]!, owner, ownerId, installation }),
    async [Symbol.asyncDispose]() {
      await Promise.all([server.stop(), sink.stop()]);
      await github.close();
    },
  };
}

async function waitUntilWatched(url: string, count: number): Promise<void> {
  const db = createDb({ url, poolMax: 1 });
  const deadline = Date.now() + 60_000;
  for (;;) {
    const { rows } = await db.raw<{ rows: { ready: number }[] }>(
      `select count(*)::int as ready from repositories where config_status = 'ok' and baseline_at is not null`,
    );
    if (rows[0]!.ready === count) break;
    if (Date.now() > deadline)
      throw new Error(`Only ${rows[0]!.ready} of ${count} repositories had their configuration in force after 60 s.`);
    await pause(50);
  }
  await db.destroy();
}

/** Waits until so many webhooks have arrived since the last time, and answers when each head came; fails after the deadline with how many did. */
export async function takeArrivals(sink: BenchProcess, count: number, deadlineMs = 60_000): Promise<Map<string, number>> {
  const came = sink.ask<SinkAnswer>({ wait: count });
  const late = Symbol('late');
  const first = await Promise.race([came, pause(deadlineMs, late, { ref: false })]);
  const { arrivals, count: total } = await sink.ask<SinkAnswer>({ take: true });
  if (first === late) throw new Error(`Only ${total} of ${count} webhooks arrived within ${deadlineMs} ms.`);
  return new Map(arrivals);
}

/** A configuration with so many watches that each send one webhook for a push. */
export function webhookConfig(watches: number): (sink: string) => string {
  const watch = (sink: string, index: number) => `  notify-${index}:
    on: push
    steps:
      - uses: webhook
        with: { url: "${sink}/${index}" }
`;
  return (sink) => `version: 1\nwatches:\n${Array.from({ length: watches }, (_, index) => watch(sink, index)).join('')}`;
}
