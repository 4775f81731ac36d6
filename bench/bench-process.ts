import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A process of its own that a benchmark measures or sends to, so that its CPU can be told from everybody else's. */
export interface BenchProcess {
  pid: number;
  url: string;
  /** Sends a message and answers the next one that comes back. */
  ask<T>(message: object): Promise<T>;
  stop(): Promise<void>;
}

/** Those of src/bin.js, which would start another process without them. */
const nodeFlags = ['--no-node-snapshot', '--disable-warning=ExperimentalWarning', '--max-semi-space-size=8'];

/** How long a process gets to end by itself. Milliseconds. */
const stopMs = 30_000;

/** What to start. */
export interface ProcessOptions {
  /** Relative to this folder. */
  file: string;
  args?: string[];
  env?: Record<string, string>;
  /** A folder for a CPU profile, written when it ends. */
  profile?: string | undefined;
}

/**
 * Starts a script under this Node and waits until it says where it listens: by a message `{ url }`, or by a line of JSON with
 * `url` on its output, as RepoWatch's log has. It gets nothing of our environment, and ends when we do, because its channel closes.
 */
export async function startProcess(options: ProcessOptions): Promise<BenchProcess> {
  const file = fileURLToPath(new URL(options.file, import.meta.url));
  const profiling = options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profile}`, '--cpu-prof-interval=250'];
  const child = spawn(process.execPath, [...nodeFlags, ...profiling, file, ...(options.args ?? [])], {
    env: { NODE_ENV: 'production', ...options.env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const url = await readUrl(child, options.file);
  return {
    pid: child.pid!,
    url,
    async ask<T>(message: object) {
      const answer = once(child, 'message') as Promise<[T]>;
      child.send(message);
      return (await answer)[0];
    },
    stop: () => stopChild(child),
  };
}

async function readUrl(child: ChildProcess, name: string): Promise<string> {
  const lines: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.once('message', (message: { url?: string }) => {
    if (message.url !== undefined) resolve(message.url);
  });
  createInterface({ input: child.stdout! }).on('line', (line) => {
    lines.push(line);
    if (lines.length > 20) lines.shift();
    const url = /"url":"(http[^"]+)"/.exec(line)?.[1];
    if (url !== undefined) resolve(url);
  });
  child.once('exit', (code) => reject(new Error(`${name} ended with code ${code} before it listened:\n${lines.join('\n')}`)));
  return promise;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), stopMs);
  await gone;
  clearTimeout(kill);
}
