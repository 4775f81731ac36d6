import type { Read } from './ask.ts';
import type { Purpose } from './purpose.ts';
import type { Reader } from './reader.ts';

/** Passes questions on and tells after each whether GitHub could be reached at all; what it answered does not matter here. */
export function observeReader(reader: Reader, tell: (reachable: boolean) => void): Reader {
  const questions = Object.entries(reader).filter(([name]) => name !== 'as');
  const observed = questions.map(([name, ask]) => [
    name,
    async (...args: never[]) => {
      const read = await (ask as (...args: never[]) => Promise<Read<unknown>>)(...args);
      // What our own budget refused was not asked.
      if (read.ok || read.code !== 'github_budget_spent') tell(read.ok || read.code !== 'github_unavailable');
      return read;
    },
  ]);
  return { ...Object.fromEntries(observed), as: (purpose: Purpose) => observeReader(reader.as(purpose), tell) } as Reader;
}
