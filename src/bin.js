#!/usr/bin/env node
// Starts RepoWatch under Node 24 with the flags it needs, whatever Node this file was started with (18 or later).
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const neededMajor = 24;
// isolated-vm asks for the first; the second keeps type stripping from printing a line about itself; without the third, Node
// lets young objects fill 128 MB before it looks for garbage (bench/README.md).
const neededFlags = ['--no-node-snapshot', '--disable-warning=ExperimentalWarning', '--max-semi-space-size=8'];
const here = dirname(fileURLToPath(import.meta.url));

/** The program itself: built JavaScript beside this file, TypeScript in a checkout, else the build of an installed package. */
function findProgram() {
  // Node strips no types below node_modules, so an installed package runs its build.
  const isInstalled = /[\\/]node_modules[\\/]/.test(here);
  const places = [join(here, 'cli.js'), ...(isInstalled ? [] : [join(here, 'cli.ts')]), join(here, '..', 'dist', 'src', 'cli.js')];
  return places.find((place) => existsSync(place));
}

/** Node 24: this one when it is new enough, else the one that the npm package `node` brought. */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= neededMajor) return process.execPath;
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  for (let folder = here; ; folder = dirname(folder)) {
    const place = join(folder, 'node_modules', 'node', 'bin', file);
    if (existsSync(place)) return place;
    if (dirname(folder) === folder) return undefined;
  }
}

/** Runs the program as a child that shares our terminal, hears our signals, and notices by its channel when we are gone. */
function runAsChild(node, program) {
  const child = spawn(node, [...neededFlags, program, ...process.argv.slice(2)], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) {
    process.on(signal, () => {
      // A terminal gives Ctrl+C to the child as well; twice would mean "at once".
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    process.stderr.write(`RepoWatch could not start ${node}: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const name of signals) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}

const program = findProgram();
const node = findNode();
if (program === undefined) {
  process.stderr.write(`RepoWatch is not complete: there is no cli.ts or cli.js for ${here}. Install it again.\n`);
  process.exitCode = 1;
} else if (node === undefined) {
  process.stderr.write(
    `RepoWatch needs Node ${neededMajor} or later, and this is ${process.versions.node}. Run "npm ci" in its folder, which brings one, or install Node ${neededMajor}.\n`,
  );
  process.exitCode = 1;
} else if (node === process.execPath && neededFlags.every((flag) => process.execArgv.includes(flag))) {
  await import(pathToFileURL(program).href);
} else {
  runAsChild(node, program);
}
