import { stat } from 'node:fs/promises';
import { describeError } from '../core/errors.ts';
import { fine, problem, warning, type Finding } from './finding.ts';

const timeoutMs = 8_000;

/** Asks this server for itself by the address that GitHub uses. Only a server that runs can be reached. */
export async function checkPublicUrl(options: { publicUrl: string | undefined; intake: 'webhook' | 'poll' }): Promise<Finding> {
  const { publicUrl, intake } = options;
  const id = 'public_url';
  if (publicUrl === undefined) {
    const what = 'PUBLIC_URL is not set: links point at HOST and PORT, and where GitHub should deliver cannot be compared.';
    return warning(id, what, 'Set it to the address of your reverse proxy, for example https://repowatch.example.com.');
  }
  const found = intake === 'webhook' ? problem : warning;
  const remedy = 'Check that RepoWatch runs, and the reverse proxy, DNS and certificate of PUBLIC_URL.';
  try {
    const response = await fetch(`${publicUrl}/healthz`, { redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
    const text = (await response.text()).slice(0, 10_000);
    const isOurs = response.status === 200 && /"status"\s*:\s*"ok"/.test(text) && /"version"/.test(text);
    if (!isOurs) return found(id, `${publicUrl} answers ${response.status}, and not as RepoWatch does.`, remedy);
    if (/"registered"\s*:\s*false/.test(text))
      return found(id, `Behind ${publicUrl} runs a RepoWatch that has no App yet.`, {
        remedy: 'Give it the same settings, or restart it.',
        code: 'not_registered',
      });
    return fine(id, `This server is reached at ${publicUrl}.`);
  } catch (error) {
    const why = describeError(Error.isError(error) ? (error.cause ?? error) : error);
    return found(id, `${publicUrl} cannot be reached from this machine: ${why}.`, remedy);
  }
}

/** Looks whether others can read what only this user may (threat model D11). Files that are not there are no matter. */
export async function checkFiles(paths: readonly string[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || (found.mode & 0o077) === 0) continue;
    const mode = (found.mode & 0o777).toString(8);
    findings.push(
      problem(
        'files',
        `${path} can be read by others (mode ${mode}).`,
        `Run "chmod 600 ${path}", and make new credentials if others were there.`,
      ),
    );
  }
  return findings;
}
