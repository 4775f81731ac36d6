import type { Db } from '../db/connect.ts';
import { isInstalled } from '../http/read/installations.ts';

/** Where somebody goes who has just signed in: where they wanted to, else the overview, or the first steps while nothing is installed. */
export async function firstPlace(db: Db, wanted: string | undefined): Promise<string> {
  if (wanted !== undefined && wanted !== '/') return wanted;
  return (await isInstalled(db)) ? '/' : '/first-steps';
}
