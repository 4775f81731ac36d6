/** What counts as the key of a ticket in text. */
export interface KeyRules {
  /** Only keys of these projects: without a list `UTF-8` and `CVE-2024-1` would be tickets (handbook K1). */
  projects: readonly string[];
  /** Whether a project's letters may have `_`, as a Data Center may allow; projects with one switch it on by themselves. */
  underscore?: boolean | undefined;
}

/** Atlassian's own grammar: letters and digits, a hyphen, a number without a leading zero, nothing of the kind around it (handbook K1). */
const plainKey = /(?<=^|[^A-Z\d])([A-Z][A-Z\d]{1,255})-([1-9]\d{0,18})(?=$|[^A-Z\d])/gi;
const underscoreKey = /(?<=^|[^A-Z\d_])([A-Z][A-Z\d_]{1,255})-([1-9]\d{0,18})(?=$|[^A-Z\d])/gi;

/** The keys of tickets that texts name, in order, each once, in capitals. */
export function extractKeys(texts: readonly string[], { projects, underscore = false }: KeyRules): string[] {
  const known = new Set(projects.map((project) => project.toUpperCase()));
  const pattern = underscore || projects.some((project) => project.includes('_')) ? underscoreKey : plainKey;
  const found = texts.flatMap((text) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const project = withoutPrefix(match[1]!).toUpperCase();
      return known.has(project) ? [`${project}-${match[2]!}`] : [];
    }),
  );
  return [...new Set(found)];
}

/** `fix_` of `fix_DEV_OPS`, which only branches have: small letters before capitals are no part of a project. */
function withoutPrefix(letters: string): string {
  return letters.replace(/^[a-z\d_]*_(?=[A-Z])/, '');
}

/** GitHub's closing keywords before `#7`, `owner/name#7` or the issue's address. */
const closing =
  /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)(?::\s*|\s+)(?:(?<short>[\w.-]{1,100}\/[\w.-]{1,100})?#|https?:\/\/[^\s/]{1,253}\/(?<long>[\w.-]{1,100}\/[\w.-]{1,100})\/issues\/)(?<number>[1-9]\d{0,9})\b/gi;

/** The issues of a repository that texts say they close, in order, each once. */
export function extractClosingNumbers(texts: readonly string[], fullName: string): number[] {
  const found = texts.flatMap((text) =>
    [...text.matchAll(closing)].flatMap((match) => {
      const { short, long, number } = match.groups ?? {};
      const repository = short ?? long;
      return repository === undefined || repository.toLowerCase() === fullName.toLowerCase() ? [Number(number)] : [];
    }),
  );
  return [...new Set(found)];
}

/** The keys of RepoWatch's own tickets that texts name: `T-12`. */
export function extractOwnKeys(texts: readonly string[]): string[] {
  const found = texts.flatMap((text) =>
    [...text.matchAll(/(?<=^|[^A-Z\d-])T-([1-9]\d{0,17})(?=$|[^A-Z\d])/gi)].map((match) => `T-${match[1]!}`),
  );
  return [...new Set(found)];
}
