import { readFileSync } from 'node:fs';

/** What a process uses at this moment. */
interface Usage {
  residentBytes: number;
  /** What all its threads have computed since it began. */
  cpuMs: number;
}

const pageBytes = 4096;
/** Linux counts in hundredths of a second, whatever the machine. */
const tickMs = 10;

/** Reads what a process uses; undefined where /proc does not tell. The wall clock is the only limit of computing there. */
export function readUsage(pid: number | undefined): Usage | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in brackets may hold anything; the numbers come after it.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const cpuMs = (Number(fields[11]) + Number(fields[12])) * tickMs;
    const residentBytes = Number(fields[21]) * pageBytes;
    return Number.isFinite(cpuMs + residentBytes) ? { residentBytes, cpuMs } : undefined;
  } catch {
    return undefined;
  }
}
