import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { childProgram } from './child.ts';

/** How strongly a child is fenced in beyond what is always done: without network, and as a user who owns nothing. */
export interface LaunchPlan {
  unshare: string | null;
  asNobody: boolean;
}

const nobody = 65_534;

/** The plans worth trying on this machine, strongest first; the last one works wherever isolated-vm does. */
export function listLaunchPlans(): LaunchPlan[] {
  const unshare = process.platform === 'linux' ? (['/usr/bin/unshare', '/bin/unshare'].find((path) => existsSync(path)) ?? null) : null;
  const users = process.getuid?.() === 0 ? [true, false] : [false];
  const networks = unshare === null ? [null] : [unshare, null];
  return networks.flatMap((network) => users.map((asNobody) => ({ unshare: network, asNobody })));
}

/** The path of isolated-vm's binary for this machine; throws when the package or the binary is missing. */
export function findAddon(): string {
  const here = createRequire(import.meta.url);
  const main = here.resolve('isolated-vm');
  const finder = createRequire(main)('node-gyp-build') as { path(folder: string): string };
  return finder.path(dirname(main));
}

/**
 * Starts a child process that can do nothing but compute and talk to its parent: empty environment, no file but the addon, no
 * processes, no just-in-time compiler. --jitless takes away what most V8 exploits need, and WebAssembly; a fresh isolate costs
 * the same, only long loops are about four times slower (bench/scripts.ts).
 */
export function launchChild(plan: LaunchPlan, addon: string): ChildProcess {
  const flags = [
    '--no-node-snapshot',
    '--jitless',
    '--max-old-space-size=64',
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=SecurityWarning',
    '--permission',
    '--allow-addons',
    `--allow-fs-read=${addon}`,
    '--input-type=commonjs',
    '--eval',
    childProgram,
  ];
  const [command, args] = plan.unshare === null ? [process.execPath, flags] : [plan.unshare, ['-Un', '--', process.execPath, ...flags]];
  return spawn(command, args, {
    cwd: '/',
    env: {},
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'json',
    ...(plan.asNobody && { uid: nobody, gid: nobody }),
  });
}
