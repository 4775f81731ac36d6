import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Signal 0 only asks; EPERM means that it lives and belongs to somebody else. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return Error.isError(error) && 'code' in error && error.code === 'EPERM';
  }
}

/** Answers what `ps` prints for one column of a process; empty when there is no such process, or no ps. */
async function readPs(pid: number, column: string): Promise<string> {
  try {
    return (await run('ps', ['-o', `${column}=`, '-p', String(pid)])).stdout.trim();
  } catch {
    return '';
  }
}

/**
 * When a process began, as a text that is only good for comparing: process ids are given again, a pair of id and start is not.
 * Undefined when there is no such process (a zombie counts as gone).
 */
export async function readProcessStart(pid: number): Promise<string | undefined> {
  if (!exists(pid)) return undefined;
  if (process.platform !== 'linux') return (await readPs(pid, 'lstart')) || undefined;
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything, also spaces; the fields that count come after the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return undefined;
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim();
    return `${boot}:${fields[19]}`;
  } catch {
    return undefined;
  }
}

/** The command line of a running process, arguments joined by spaces; empty when it is gone. */
export async function readCommandLine(pid: number): Promise<string> {
  if ((await readProcessStart(pid)) === undefined) return '';
  if (process.platform !== 'linux') return readPs(pid, 'command');
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return text.replaceAll('\0', ' ').trim();
}
