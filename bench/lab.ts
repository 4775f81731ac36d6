import { generateKeyPairSync } from 'node:crypto';
import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDb, type Db } from '../src/db/connect.ts';
import { startEmbeddedPostgres } from '../src/db/embedded-postgres.ts';
import type { BenchOptions } from './bench-options.ts';
import { startProcess, type BenchProcess } from './bench-process.ts';
import { readTreeCpuMs } from './process-figures.ts';

/** The webhook secret of everything that a benchmark starts. */
export const webhookSecret = 'a webhook secret for benchmarks only';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

/** Only for a profile, because counting costs: what Postgres spends on which statement, and the plans of slow ones in its log. */
const profiling: Record<string, string> = {
  shared_preload_libraries: 'pg_stat_statements,auto_explain',
  'auto_explain.log_min_duration': '20',
  'auto_explain.log_analyze': 'on',
  'pg_stat_statements.track_planning': 'on',
  'auto_explain.log_timing': 'off',
};

/** Settings of a server in a benchmark; the rest is the default of the product. */
export interface ServerOptions {
  databaseUrl: string;
  /** All of them by default. */
  roles?: string;
  outboundAllow?: string;
  github?: { appId: number; privateKey: string; apiUrl: string; url: string };
}

/** What the benchmarks of one run share: a real Postgres that waits for the disk, and processes that end with the run. */
export interface Lab extends AsyncDisposable {
  options: BenchOptions;
  /** A folder that goes with the lab. */
  directory: string;
  /** A new and empty database of the lab's Postgres. */
  createDatabase(): Promise<string>;
  /** RepoWatch itself, as `repowatch start` runs it. */
  startServer(options: ServerOptions): Promise<BenchProcess>;
  /** A stock Probot server; with a sink its handler posts every push there, and it can be without its log. */
  startProbot(options?: { sink?: string; silent?: boolean }): Promise<BenchProcess>;
  startSink(): Promise<BenchProcess>;
  /** CPU time of all processes of Postgres that live now. Milliseconds. */
  postgresCpuMs(): number;
}

/** Starts the shared parts. */
export async function openLab(options: BenchOptions): Promise<Lab> {
  const directory = await mkdtemp(join(tmpdir(), 'repowatch-bench-'));
  // Postgres has an account of its own when root runs this, and has to get through.
  await chmod(directory, 0o711);
  const processes: BenchProcess[] = [];
  const dataDir = join(directory, 'data');
  const postgres = await startEmbeddedPostgres({ dataDir, settings: options.profile === undefined ? {} : profiling });
  const postmaster = Number((await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
  const admin = createDb({ url: postgres.url, poolMax: 1 });
  let databases = 0;
  const keep = async (starting: Promise<BenchProcess>) => {
    const started = await starting;
    processes.push(started);
    return started;
  };
  return {
    options,
    directory,
    async createDatabase() {
      const name = `bench_${(databases += 1)}`;
      await admin.raw(`create database ${name}`);
      const url = new URL(postgres.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    startServer: (server) => keep(startServer(server, options.profile)),
    startProbot: ({ sink = '', silent = false } = {}) => {
      const env = { PRIVATE_KEY: privateKey, WEBHOOK_SECRET: webhookSecret, SINK: sink, SILENT: silent ? '1' : '' };
      return keep(startProcess({ file: './probot-peer.ts', env }));
    },
    startSink: () => keep(startProcess({ file: './sink-peer.ts' })),
    postgresCpuMs: () => readTreeCpuMs(postmaster),
    async [Symbol.asyncDispose]() {
      await Promise.all(processes.map((each) => each.stop()));
      if (options.profile !== undefined) {
        await writeStatements(admin, options.profile);
        await copyFile(join(dataDir, 'postgres.log'), join(options.profile, 'postgres.log'));
      }
      await admin.destroy();
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The statements that cost Postgres most, beside the CPU profiles. */
async function writeStatements(admin: Db, folder: string): Promise<void> {
  await admin.raw('create extension if not exists pg_stat_statements');
  const { rows } = await admin.raw<{ rows: Record<string, unknown>[] }>(
    `select calls::int, round(total_exec_time)::int as ms, round(total_plan_time)::int as plan_ms, round((1000 * mean_exec_time)::numeric) as us_each, rows::int,
       regexp_replace(query, '\\s+', ' ', 'g') as query
     from pg_stat_statements order by total_exec_time desc limit 60`,
  );
  await writeFile(join(folder, 'statements.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

async function startServer(options: ServerOptions, profile: string | undefined): Promise<BenchProcess> {
  const { databaseUrl, github } = options;
  return await startProcess({
    file: '../src/bin.js',
    args: ['start'],
    profile,
    env: { ...serverSettings(github), DATABASE_URL: databaseUrl, ...extras(options) },
  });
}

function extras(options: ServerOptions): Record<string, string> {
  return {
    ...(options.roles === undefined ? {} : { ROLES: options.roles }),
    ...(options.outboundAllow === undefined ? {} : { OUTBOUND_ALLOW: options.outboundAllow }),
  };
}

/** The settings that every server of a benchmark has. */
export function serverSettings(github?: ServerOptions['github']): Record<string, string> {
  return {
    PORT: '0',
    HOST: '127.0.0.1',
    APP_ID: String(github?.appId ?? 4242),
    PRIVATE_KEY: github?.privateKey ?? privateKey,
    WEBHOOK_SECRET: webhookSecret,
    SECRETS_KEY: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    ADMIN_TOKEN: 'admin-token-for-benchmarks-only',
    // A closed port unless there is a stand-in: nothing leaves this machine.
    GITHUB_API_URL: github?.apiUrl ?? 'http://127.0.0.1:9',
    GITHUB_URL: github?.url ?? 'http://127.0.0.1:9',
    RECONCILE_INTERVAL: '24h',
    LOG_LEVEL: 'info',
  };
}
