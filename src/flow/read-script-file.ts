import type { RunFacts } from '../actions/action.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { Db } from '../db/connect.ts';
import type { Reader } from '../github/reader.ts';
import { findHome } from '../runs/find-home.ts';

/**
 * Brings the text of a script from the default branch of the repository whose file names it: that of the run, or the
 * organisation's for a watch that is inherited, so that nobody else can change what it does (handbook H4).
 */
export async function readScriptFile(
  tools: { reader: Reader; db: Db },
  facts: RunFacts,
  path: string,
): Promise<Outcome<string, ErrorCode>> {
  const { repository, installation, run } = facts;
  const home = await findHome(tools.db, run.id);
  if (home?.managedBy === 'server')
    return failed('script_invalid', `${path}: the operator's file belongs to no repository; write the script under \`run\`.`);
  const own = { owner: String(repository['owner']), name: String(repository['name']), github_id: String(repository['id']) };
  const place = { installation: String(installation['id']), ...(home?.managedBy === 'organization' ? home.repository : own) };
  const read = await tools.reader.readTextFile(place, path);
  if (!read.ok) return read;
  if (read.value.kind === 'file') return ok(read.value.text);
  const what = read.value.kind === 'absent' ? 'does not exist' : 'is not a plain text file of at most 128 KiB';
  return failed('script_invalid', `${path} ${what} on the default branch of ${place.owner}/${place.name}.`);
}
