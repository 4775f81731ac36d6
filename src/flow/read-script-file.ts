import type { RunFacts } from '../actions/run-facts.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { Db } from '../db/connect.ts';
import type { Reader } from '../github/reader.ts';
import { findHome } from '../runs/find-home.ts';

/**
 * Brings the text of a script from where the file lies that names it: the default branch of the run's repository, that of the
 * organisation's, or the ref of one that is extended by name, so that nobody else can change what it does (handbook H4).
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
  const inherited = home?.managedBy === 'organization' ? home : undefined;
  const place = { installation: String(installation['id']), ...(inherited?.repository ?? own) };
  const ref = inherited?.ref ?? undefined;
  const read = await tools.reader.readTextFile(place, path, ref);
  if (!read.ok) return read;
  if (read.value.kind === 'file') return ok(read.value.text);
  const what = read.value.kind === 'absent' ? 'does not exist' : 'is not a plain text file of at most 128 KiB';
  return failed(
    'script_invalid',
    `${path} ${what} ${ref === undefined ? 'on the default branch' : `at ${ref}`} of ${place.owner}/${place.name}.`,
  );
}
