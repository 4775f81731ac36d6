import { onLauncherGone } from '../launcher-link.ts';

/** Signals that are this close together are one wish: a terminal, npm and the launcher each pass on the same Ctrl-C. Milliseconds. */
const sameWishMs = 300;

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

let wish: AbortSignal | undefined;

/**
 * Answers a signal that aborts when the process is asked to stop: SIGINT, SIGTERM or SIGHUP. A second wish, or the death of
 * the launcher that started it, ends the process at once; what it leaves behind is taken over by the next start.
 */
export function listenForStop(): AbortSignal {
  if (wish) return wish;
  const controller = new AbortController();
  let first = 0;
  const ask = () => {
    if (!controller.signal.aborted) {
      first = performance.now();
      controller.abort();
    } else if (performance.now() - first > sameWishMs) {
      process.exit(1);
    }
  };
  for (const signal of signals) process.on(signal, ask);
  // Only a killed launcher goes first, and who kills it means the server: a slow stop would keep port and data from the next one.
  onLauncherGone(() => process.exit(1));
  wish = controller.signal;
  return wish;
}

/** Resolves when the signal is aborted. */
export async function untilStop(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
