import type { RunFacts } from '../actions/action.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { Reader } from '../github/reader.ts';

/** Brings the text of a script from the default branch of the repository that a run is about; only what is there may have effect (handbook H4). */
export async function readScriptFile(reader: Reader, facts: RunFacts, path: string): Promise<Outcome<string, ErrorCode>> {
  const { repository, installation } = facts;
  const place = {
    installation: String(installation['id']),
    owner: String(repository['owner']),
    name: String(repository['name']),
    github_id: String(repository['id']),
  };
  const read = await reader.readTextFile(place, path);
  if (!read.ok) return read;
  if (read.value.kind === 'file') return ok(read.value.text);
  const what = read.value.kind === 'absent' ? 'does not exist' : 'is not a plain text file of at most 128 KiB';
  return failed('script_invalid', `${path} ${what} on the default branch of ${String(repository['full_name'])}.`);
}
