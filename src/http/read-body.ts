import type { IncomingMessage } from 'node:http';
import { RepoWatchError } from '../core/errors.ts';
import { smallBytes, type BodyBudget } from './body-budget.ts';

/** A body in memory; `release` gives its share of the budget back. */
export interface ReceivedBody {
  bytes: Buffer;
  release(): void;
}

interface ReadBodyOptions {
  maxBytes: number;
  budget: BodyBudget;
  onChunk(chunk: Buffer): void;
  /** All of it came, but its parts are not put together yet, which takes as much memory again; throws to refuse. */
  onEnd(): void;
}

/** Reads a body within its limits, refusing early by Content-Length and else by the bytes that really come. */
export async function readBody(request: IncomingMessage, options: ReadBodyOptions): Promise<ReceivedBody> {
  const declared = declaredLength(request);
  if (declared !== undefined && declared > options.maxBytes) throw tooLarge(options.maxBytes);
  const share = options.budget.open(declared);
  if (!share.fits) throw busy();
  try {
    const bytes = await collect(request, {
      onChunk(chunk, total) {
        if (total > options.maxBytes) throw tooLarge(options.maxBytes);
        if (!share.grow(total)) throw busy();
        options.onChunk(chunk);
      },
      onEnd: () => options.onEnd(),
    });
    return { bytes, release: () => share.release() };
  } catch (error) {
    share.release();
    throw error;
  }
}

function collect(
  request: IncomingMessage,
  { onChunk, onEnd }: { onChunk: (chunk: Buffer, total: number) => void; onEnd: () => void },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let total = 0;
    const finish = (error?: unknown) => {
      request.off('data', onData);
      if (error === undefined) resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, total));
      else {
        request.pause();
        // The rest is still to be read and thrown away: what came so far must not stay in memory as long.
        chunks.length = 0;
        reject(error instanceof Error ? error : new Error('reading the body failed', { cause: error }));
      }
    };
    const onData = (chunk: Buffer) => {
      total += chunk.length;
      try {
        onChunk(chunk, total);
        chunks.push(chunk);
      } catch (error) {
        finish(error);
        return;
      }
      // Node reads up to 2 MiB from a connection before it looks at the next one: large bodies take turns with everybody else.
      if (total <= smallBytes) return;
      request.pause();
      setImmediate(() => request.resume());
    };
    request.on('data', onData);
    request.once('end', () => {
      try {
        onEnd();
        finish();
      } catch (error) {
        finish(error);
      }
    });
    request.once('error', finish);
    request.once('aborted', () => finish(new RepoWatchError('request_timeout', 'The request ended before its body was complete.')));
  });
}

function declaredLength(request: IncomingMessage): number | undefined {
  const header = request.headers['content-length'];
  return header === undefined ? undefined : Number(header);
}

function tooLarge(maxBytes: number): RepoWatchError {
  return new RepoWatchError(
    'body_too_large',
    `The body is larger than ${maxBytes} bytes. GitHub never sends more; reconcile finds what it could not send.`,
  );
}

function busy(): RepoWatchError {
  return new RepoWatchError('intake_busy', 'Too many bodies are being received at once. Send it again in a few seconds.');
}
