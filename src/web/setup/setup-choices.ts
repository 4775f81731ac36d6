import { optionalTiers } from '../../github/needed-permissions.ts';

/** What a person chooses on the setup page, or on the command line. */
export interface SetupChoices {
  name?: string | undefined;
  publicUrl?: string | undefined;
  organization?: string | undefined;
  tiers: string[];
}

/** Choices, and a sentence for each that cannot be. */
export interface ReadChoices {
  choices: SetupChoices;
  problems: string[];
}

/** GitHub's own limit. */
const maxNameLength = 34;

/** An address without user, query or fragment and without its last slash; undefined for anything else. */
function readAddress(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return undefined;
  return url.search === '' && url.hash === '' ? url.href.replace(/\/+$/, '') : undefined;
}

/** Checks what was chosen, before it is shown or sent to GitHub. `given` are the fields of the form. */
export function readChoices(given: Readonly<Record<string, unknown>>, defaults: SetupChoices): ReadChoices {
  const problems: string[] = [];
  const text = (name: string, fallback: string | undefined): string | undefined => {
    const value = given[name];
    const chosen = typeof value === 'string' ? value.trim().slice(0, 300) : (fallback ?? '');
    return chosen === '' ? undefined : chosen;
  };
  const name = text('name', defaults.name);
  if (name !== undefined && (name.length > maxNameLength || !/^[\w .()&-]+$/.test(name)))
    problems.push(`A name on GitHub has at most ${maxNameLength} letters, digits, blanks, dots and dashes.`);
  const organization = text('organization', defaults.organization);
  if (organization !== undefined && !/^[\w-]{1,100}$/.test(organization))
    problems.push('An organisation is named by its login, as in github.com/LOGIN.');
  const address = text('public_url', defaults.publicUrl);
  const publicUrl = address === undefined ? undefined : readAddress(address);
  if (address !== undefined && publicUrl === undefined)
    problems.push('The address must begin with https:// or http:// and have no user, query or fragment.');
  const known = optionalTiers.map((tier) => tier.name);
  const wanted =
    'tier' in given
      ? [given['tier']]
          .flat()
          .map(String)
          .filter((tier) => tier !== '')
      : defaults.tiers;
  const unknown = wanted.filter((tier) => !known.includes(tier));
  if (unknown.length > 0) problems.push(`The tiers are ${known.join(', ')}.`);
  return { choices: { name, organization, publicUrl, tiers: known.filter((tier) => wanted.includes(tier)) }, problems };
}
