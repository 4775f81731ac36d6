import { describeError } from '../core/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Db } from '../db/connect.ts';
import type { Read } from '../github/ask.ts';
import type { Purpose } from '../github/purpose.ts';
import type { Reader } from '../github/reader.ts';
import { installationLane } from '../inbox/lane.ts';
import { clearRefusal, recordRefusal } from '../mirror/installation-health.ts';
import type { Queue } from '../queue/queue.ts';

interface AccessContext {
  db: Db;
  host: string;
  queue: Pick<Queue, 'send'>;
  log: Log;
  clock: Clock;
}

/** How soon the same installation is looked into once more because GitHub refused something. Milliseconds. */
const againMs = 60_000;

/**
 * Passes questions on and notes what the answers tell of an installation's health: that an IP allow list keeps us out, or does not any
 * more (handbook B19), and that it seems suspended or gone, which GitHub is then asked about (B13).
 */
export function watchAccess(reader: Reader, context: AccessContext): Reader {
  return watch(reader, new AccessNotes(context));
}

function watch(reader: Reader, notes: AccessNotes): Reader {
  const questions = Object.entries(reader).filter(([name]) => name !== 'as');
  const watched = questions.map(([name, ask]) => [
    name,
    async (...args: unknown[]) => {
      const read = await (ask as (...args: unknown[]) => Promise<Read<unknown>>)(...args);
      // The App's own questions are about no installation's door.
      const installation = name === 'getInstallation' ? undefined : installationOf(args[0]);
      if (installation !== undefined) await notes.take(installation, read);
      return read;
    },
  ]);
  return { ...Object.fromEntries(watched), as: (purpose: Purpose) => watch(reader.as(purpose), notes) } as Reader;
}

function installationOf(first: unknown): string | undefined {
  if (typeof first === 'string') return first;
  const installation = typeof first === 'object' && first !== null ? (first as { installation?: unknown }).installation : undefined;
  return typeof installation === 'string' ? installation : undefined;
}

/** What is known in this process of who lets us in, so that a good answer costs no statement. */
class AccessNotes {
  readonly #context: AccessContext;
  readonly #open = new Set<string>();
  readonly #lookedAt = new Map<string, number>();

  constructor(context: AccessContext) {
    this.#context = context;
  }

  async take(githubId: string, read: Read<unknown>): Promise<void> {
    try {
      if (read.ok) await this.#noteOpen(githubId);
      else if (read.code === 'github_ip_not_allowed') await this.#noteRefusal(githubId, read.message);
      else if (read.code === 'installation_suspended' || read.code === 'installation_deleted') await this.#lookInto(githubId);
    } catch (error) {
      this.#context.log.warn(
        { installation: githubId, error: describeError(error) },
        'What GitHub said of an installation could not be noted',
      );
    }
  }

  async #noteOpen(githubId: string): Promise<void> {
    if (this.#open.has(githubId)) return;
    const { db, host, log } = this.#context;
    this.#open.add(githubId);
    if (await clearRefusal(db, { host, githubId })) log.info({ installation: githubId }, 'GitHub lets us in again');
  }

  async #noteRefusal(githubId: string, message: string): Promise<void> {
    const { db, host, clock } = this.#context;
    this.#open.delete(githubId);
    const dueAt = new Date(clock.now().getTime() + againMs);
    await recordRefusal(db, { host, githubId }, { word: 'ip_allow_list', message, dueAt });
  }

  async #lookInto(githubId: string): Promise<void> {
    const { db, queue, clock } = this.#context;
    const now = clock.now().getTime();
    if (now - (this.#lookedAt.get(githubId) ?? 0) < againMs) return;
    this.#lookedAt.set(githubId, now);
    await queue.send(db, 'sync', [installationLane(githubId)]);
  }
}
