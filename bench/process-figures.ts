import { readdirSync, readFileSync } from 'node:fs';

/** How /proc counts CPU time. Milliseconds; USER_HZ is 100 on every Linux that Node runs on. */
const tickMs = 10;

interface ProcessStat {
  parent: number;
  cpuMs: number;
}

function readStat(pid: number): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in brackets may hold anything, so count from its end.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs };
  } catch {
    return undefined;
  }
}

/** CPU time that a process has used so far, in all its threads. Milliseconds. Linux only. */
export function readCpuMs(pid: number): number {
  const stat = readStat(pid);
  if (!stat) throw new Error(`Process ${pid} is gone, or this machine has no /proc: the benchmarks need Linux.`);
  return stat.cpuMs;
}

/** Process ids of a process and of everything below it. */
export function listTree(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const pid = Number(name);
    const stat = readStat(pid);
    if (stat) children.set(stat.parent, [...(children.get(stat.parent) ?? []), pid]);
  }
  const found = [root];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

/** CPU time of a process and its children that live now. Milliseconds. */
export function readTreeCpuMs(root: number): number {
  return listTree(root).reduce((sum, pid) => sum + (readStat(pid)?.cpuMs ?? 0), 0);
}

/** Memory of a process: what it has now, and the most it had. MB. */
export function readMemory(pid: number): { nowMb: number; peakMb: number } {
  const text = readFileSync(`/proc/${pid}/status`, 'latin1');
  const read = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? NaN) / 1024;
  return { nowMb: read('VmRSS'), peakMb: read('VmHWM') };
}

/** Memory of a process and everything below it, pages that they share counted once. MB. */
export function readTreeMemoryMb(root: number): number {
  let kilobytes = 0;
  for (const pid of listTree(root)) {
    try {
      kilobytes += Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0);
    } catch {
      // It ended meanwhile, or belongs to an account that may not be looked at.
    }
  }
  return kilobytes / 1024;
}
