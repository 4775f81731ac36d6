import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createDb } from '../../src/db/connect.ts';

const parentScript = fileURLToPath(new URL('./embedded-parent.ts', import.meta.url));

/** One line of embedded-parent.ts. */
interface Fact {
  line?: string;
  url?: string;
  failed?: string;
  message?: string;
}

/** A process that owns an embedded Postgres, or tried to; ended at the end of the scope if it still lives. */
export interface EmbeddedParent {
  child: ChildProcess;
  facts: Fact[];
  last: Fact;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a process that owns the server of a folder, and waits until it serves or gives up. */
export async function startParent(folder: string, identity: { uid?: number; gid?: number } = {}): Promise<EmbeddedParent> {
  const child = spawn(process.execPath, [parentScript, folder], { ...identity, stdio: ['ignore', 'pipe', 'inherit'] });
  const facts: Fact[] = [];
  for await (const text of createInterface({ input: child.stdout })) {
    const fact = JSON.parse(text) as Fact;
    facts.push(fact);
    if (fact.url === undefined && fact.failed === undefined) continue;
    return { child, facts, last: fact, [Symbol.asyncDispose]: async () => killParent(child, 'SIGKILL') };
  }
  throw new Error(`The parent ended early: ${JSON.stringify(facts)}`);
}

/** Sends a signal and waits for the end; does nothing when the process has ended already. */
export async function killParent(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

/** Runs one statement over a connection of its own. */
export async function runSql(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const db = createDb({ url, poolMax: 1 });
  try {
    return (await db.raw(sql)).rows;
  } finally {
    await db.destroy();
  }
}

/** The process id of the server of a folder, as it says itself. */
export async function readPostmasterPid(folder: string): Promise<number | undefined> {
  const text = await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number(text.split('\n')[0]);
}
