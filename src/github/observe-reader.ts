import type { Read } from './ask.ts';
import type { Reader } from './reader.ts';

/** Passes questions on and tells after each whether GitHub could be reached at all; what it answered does not matter here. */
export function observeReader(reader: Reader, tell: (reachable: boolean) => void): Reader {
  const observed = Object.entries(reader).map(([name, ask]) => [
    name,
    async (...args: never[]) => {
      const read = await (ask as (...args: never[]) => Promise<Read<unknown>>)(...args);
      tell(read.ok || read.code !== 'github_unavailable');
      return read;
    },
  ]);
  return Object.fromEntries(observed) as Reader;
}
