import { failed, ok, type Outcome } from './outcome.ts';

const name = '[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,99})?';
const path = new RegExp(`^/?(${name})/([A-Za-z0-9_.-]{1,100}?)(?:\\.git)?/?$`);

/**
 * Reads which repository somebody means: `OWNER/NAME`, or its address as people copy it, `https://HOST/OWNER/NAME`, `git@HOST:OWNER/NAME.git`,
 * `ssh://git@HOST/OWNER/NAME.git`. Only a `.git` at the end is cut off: `a/foo.github.io` is a name.
 */
export function readRepositoryAddress(text: string, githubUrl: string): Outcome<string, 'request_invalid'> {
  const { host } = new URL(githubUrl);
  const refuse = (reason: string) =>
    failed('request_invalid', `${JSON.stringify(text.slice(0, 200))} names no repository: ${reason}.`, [
      { path: 'repository', message: reason },
    ]);
  const given = text.trim();
  const scp = /^(?:[\w.-]+@)([\w.-]+):(?!\/\/)(.+)$/.exec(given);
  const url = /^[a-z+]+:\/\//i.test(given) ? URL.parse(given) : null;
  if (!scp && url === null && given.includes('://')) return refuse('the address cannot be read');
  if (url && !['https:', 'http:', 'ssh:', 'git:'].includes(url.protocol)) return refuse(`${url.protocol}// is no address of a repository`);
  if (url && url.password !== '') return refuse('leave the password out of it');
  // An address over SSH has a port of its own.
  const theirs = scp?.[1] ?? (url?.protocol === 'ssh:' ? url.hostname : url?.host);
  const isOurs = theirs === undefined || [host, host.replace(/:\d+$/, '')].includes(theirs.toLowerCase().replace(/^(?:www|ssh)\./, ''));
  if (!isOurs) return refuse(`it lies on ${theirs}, and this server works with ${host}`);
  const found = path.exec(scp?.[2] ?? url?.pathname ?? given);
  const [, owner = '', repository = ''] = found ?? [];
  if (!found || repository === '.' || repository === '..' || repository === '') return refuse('it must look like owner/name');
  return ok(`${owner}/${repository}`);
}
