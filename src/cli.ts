import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { askPerson } from './commands/ask-person.ts';
import { runProgram } from './commands/program.ts';
import { listenForStop } from './commands/stop-signal.ts';
import { readEnvironment } from './env.ts';

/** How long a finished command may hold on to a socket or a child before the process ends anyway. Milliseconds. */
const lingerMs = 2_000;

/** The version stands in package.json, one folder up in a checkout and two in a build. */
function readVersion(): string {
  for (const place of ['../package.json', '../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as { version: string }).version;
    } catch {
      // The next place.
    }
  }
  return 'unknown';
}

// Whoever reads no further, as head does, has what they wanted.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

process.exitCode = await runProgram(
  {
    environment: readEnvironment(),
    version: readVersion(),
    print: (line) => void process.stdout.write(`${line}\n`),
    tell: (line) => void process.stderr.write(`${line}\n`),
    redraw: (line) => void process.stderr.write(`\r\u001B[2K${line}`),
    readInput: () => buffer(process.stdin),
    ...(process.stdin.isTTY && process.stderr.isTTY && { ask: askPerson }),
    coloured: process.stdout.isTTY,
    screen: () => (process.stdout.isTTY ? { columns: process.stdout.columns, rows: process.stdout.rows } : undefined),
    attended: process.stderr.isTTY,
    listenForStop,
  },
  process.argv.slice(2),
);
setTimeout(() => process.exit(), lingerMs).unref();
