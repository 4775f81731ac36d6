import { describeError, isRepoWatchError } from '../core/errors.ts';

/** Text for people about a command that failed: a sentence when it is an expected failure, the whole stack when it is a bug. */
export function explainFailure(error: unknown): string {
  if (isRepoWatchError(error)) return error.message;
  if (!Error.isError(error)) return describeError(error);
  const { code, address = '', port } = error as { code?: unknown; address?: string; port?: number };
  if (code === 'EADDRINUSE') return `Port ${port} on ${address} is in use. Stop what uses it, or set PORT to a free one (0 takes any).`;
  if (code === 'EACCES' && port !== undefined)
    return `Port ${port} on ${address} may not be used by this user. Set PORT to one above 1023.`;
  if (code === 'EADDRNOTAVAIL') return `${address} is no address of this machine. Set HOST to 127.0.0.1 or 0.0.0.0.`;
  return error.stack ?? describeError(error);
}
