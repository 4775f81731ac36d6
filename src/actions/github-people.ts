import type { RunFacts } from './run-facts.ts';

/** What GitHub takes for a login; also an App's. */
const loginPattern = /^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}(?:_[a-z\d]+)?(?:\[bot\])?$/i;

/** Who is who on GitHub: by a name from elsewhere, such as an address or a name of Jira, to a login. */
export interface PeopleMap {
  /** The login of each name that it knows, in an installation by GitHub's number. */
  findLogins(installation: string, names: readonly string[]): Promise<Readonly<Record<string, string>>>;
}

/** The logins of these people; those that neither the map knows nor can be a login are `unmapped`, to be reported (handbook G5). */
export async function findLogins(
  { people }: { people?: PeopleMap | undefined },
  facts: RunFacts,
  names: readonly string[],
): Promise<{ logins: string[]; unmapped: string[] }> {
  const known = names.length === 0 || !people ? {} : await people.findLogins(String(facts.installation['id']), names);
  const logins: string[] = [];
  const unmapped: string[] = [];
  for (const name of names) {
    const login = Object.hasOwn(known, name) ? known[name] : name.replace(/^@/, '');
    if (login !== undefined && loginPattern.test(login)) logins.push(login);
    else unmapped.push(name);
  }
  return { logins: [...new Set(logins)], unmapped };
}
