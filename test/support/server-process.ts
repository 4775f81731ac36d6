import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './test-app.ts';

const program = fileURLToPath(new URL('../../src/bin.js', import.meta.url));

/** The flags that bin.js looks for: with them it runs the server in the very process that we kill. */
const flags = ['--no-node-snapshot', '--disable-warning=ExperimentalWarning', '--max-semi-space-size=8'];

/** Where Node keeps compiled code between the starts of servers: a start then takes two thirds of its time. */
export const codeCache = { NODE_COMPILE_CACHE: join(tmpdir(), 'repowatch-test-code') };

/** Lines of the log that are kept to explain a failure. */
const keptLines = 400;

/** How long a start may take on a busy machine. Milliseconds. */
const readyMs = 90_000;

/** How a process ended. */
interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** `repowatch start` as a process of its own that can be killed and started again on the same port. Disposing kills it for good. */
export interface ServerProcess extends AsyncDisposable {
  url: string;
  /** The process now; undefined while none runs. */
  readonly pid: number | undefined;
  /** The last lines it logged, over all its lives. */
  lines: string[];
  /** Starts it; resolves once it is ready, or with `ready: false` at once. */
  start(options?: { ready?: boolean }): Promise<void>;
  /** Sends a signal and goes on. */
  send(signal: NodeJS.Signals): void;
  /** Sends a signal and answers how the process ended. */
  end(signal: NodeJS.Signals): Promise<Exit>;
  /** The status of a path; 0 while nothing answers. */
  status(path: string): Promise<number>;
}

/** Sets up a server process with these settings and nothing else from our environment; `start` starts it. */
export async function createServerProcess(settings: Record<string, string>): Promise<ServerProcess> {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const lines: string[] = [];
  let child: ChildProcess | undefined;
  let exit: Promise<Exit> | undefined;
  const killNow = (): void => void child?.kill('SIGKILL');

  function launch(): void {
    if (child) throw new Error('The server runs already');
    const started = spawn(process.execPath, [...flags, program, 'start'], {
      env: { PATH: process.env['PATH'] ?? '', ...codeCache, ...settings, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    for (const stream of [started.stdout, started.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        lines.push(...text.split('\n').filter((line) => line !== ''));
        lines.splice(0, Math.max(0, lines.length - keptLines));
      });
    }
    process.once('exit', killNow);
    exit = once(started, 'exit').then(([code, signal]) => {
      process.off('exit', killNow);
      child = undefined;
      return { code: code as number | null, signal: signal as NodeJS.Signals | null };
    });
  }

  const server: ServerProcess = {
    url,
    lines,
    get pid() {
      return child?.pid;
    },
    async start(options = {}) {
      launch();
      if (options.ready === false) return;
      await eventually(
        'the server ready',
        async () => {
          if (!child) throw new Error(`The server ended while it started:\n${lines.slice(-20).join('\n')}`);
          return (await server.status('/readyz')) === 200;
        },
        readyMs,
      );
    },
    send(signal) {
      if (!child) throw new Error('No server runs');
      child.kill(signal);
    },
    async end(signal) {
      const ending = exit;
      server.send(signal);
      return await ending!;
    },
    status: (path) =>
      fetch(url + path).then(
        async (response) => {
          await response.text();
          return response.status;
        },
        () => 0,
      ),
    async [Symbol.asyncDispose]() {
      if (child) await server.end('SIGKILL');
    },
  };
  return server;
}

/** A port below those that the system hands out by itself, so that nobody gets it while the server is down. */
async function findFreePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const probe = createServer();
    const free = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => resolve(true));
    });
    await new Promise((resolve) => probe.close(resolve));
    if (free) return port;
  }
}
