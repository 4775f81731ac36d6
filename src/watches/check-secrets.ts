import type { StepKind } from './config-schema.ts';
import { listSteps, listWatches } from './list-watches.ts';
import { formatPath, isMapping, valueAt, type ConfigPath, type Finding } from './problems.ts';

/** What tokens and keys of well-known makers look like. */
const looks: readonly [what: string, pattern: RegExp][] = [
  ['a token of GitHub', /\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}/],
  ['a token of GitLab', /\bglpat-[A-Za-z0-9_-]{20,}/],
  ['a token of Slack', /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/],
  ['a webhook address of Slack', /https:\/\/hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9/]{10,}/],
  ['a webhook address of Discord', /https:\/\/(?:\w+\.)?discord(?:app)?\.com\/api\/webhooks\/\d+\/[\w-]{20,}/],
  ['a webhook address of Teams', /https:\/\/[\w.-]+\.webhook\.office\.com\/webhookb2\/[\w@/-]{20,}/],
  ['a key of AWS', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ['a key of Google', /\bAIza[\w-]{35}/],
  ['a token of npm', /\bnpm_[A-Za-z0-9]{30,}/],
  ['a token of Atlassian', /\bATATT3[\w=-]{20,}/],
  ['a signing key', /\bwhsec_[A-Za-z0-9+/=]{16,}/],
  ['an API key', /\bsk[-_](?:live|test|proj|ant)?[-_]?[A-Za-z0-9_-]{20,}/],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['a JSON Web Token', /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/],
  ['a bearer token', /\b[Bb]earer\s+[A-Za-z0-9._~+/=-]{20,}/],
  ['a password in an address', /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@$]+:[^\s/@$]{3,}@/],
];

/** Finds what looks like a secret written into the file instead of its name (config-language.md, rule 6). Takes any value, valid or not. */
export function checkSecrets(file: unknown, kinds: readonly StepKind[]): Finding[] {
  const found = lookEverywhere(file, []);
  const told = new Set(found.map(({ path }) => formatPath(path)));
  return [...found, ...listSecretFields(file, kinds).filter(({ path }) => !told.has(formatPath(path)))];
}

function lookEverywhere(value: unknown, path: ConfigPath): Finding[] {
  if (typeof value === 'string') {
    for (const [what, pattern] of looks) {
      const match = pattern.exec(value);
      if (match) return [warn(path, `looks like ${what}`, match.index)];
    }
    return [];
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => lookEverywhere(item, [...path, index]));
  return isMapping(value) ? Object.entries(value).flatMap(([key, item]) => lookEverywhere(item, [...path, key])) : [];
}

/** Inputs that are secret by nature, with a text that names none. */
function listSecretFields(file: unknown, kinds: readonly StepKind[]): Finding[] {
  return listWatches(file)
    .flatMap(listSteps)
    .flatMap(({ path, step }) => {
      const fields = kinds.find((kind) => kind.name === step['uses'])?.secretFields ?? [];
      return fields.flatMap((field) => {
        const value = valueAt(step, ['with', field]);
        const texts = Array.isArray(value)
          ? value.map((item, index): [ConfigPath, unknown] => [[field, index], item])
          : [[[field], value] as const];
        return texts.flatMap(([at, text]) =>
          typeof text === 'string' && text !== '' && !text.includes('${{')
            ? [warn([...path, 'with', ...at], 'is a secret, written out', 0)]
            : [],
        );
      });
    });
}

/** The value itself is never part of the message. */
function warn(path: ConfigPath, what: string, offset: number): Finding {
  return {
    path,
    message: `\`${formatPath(path)}\` ${what}, and everybody who can read the repository can read it. Revoke it, store a new one in RepoWatch, and write \`\${{ secrets.NAME }}\`.`,
    code: 'secret_literal',
    severity: 'warning',
    offset,
  };
}
