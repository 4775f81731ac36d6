import { destinationAllowed } from '../core/destinations.ts';
import type { Allowance } from './allowance.ts';
import { listSteps, listWatches } from './list-watches.ts';
import { formatPath, isMapping, type ConfigPath, type Finding } from './problems.ts';

/** What layers below a repository's file let it do. */
export interface Limits {
  allowances: readonly Allowance[];
  /** The repository's name without the owner: `allow.secrets` picks by it. */
  repository: string;
}

/** Why a layer below does not let a step do something; undefined when all of them do. */
export function explainForbiddenKind(allowances: readonly Allowance[], kind: string): string | undefined {
  const refusing = allowances.find(({ actions }) => actions !== undefined && !actions.includes(kind));
  return refusing && `The organisation's file allows ${refusing.actions!.join(', ')}, and not \`${kind}\`.`;
}

/** Why an address may not be called; undefined when every layer lets it be. */
export function explainForbiddenAddress(allowances: readonly Allowance[], url: URL): string | undefined {
  const refusing = allowances.find(({ destinations }) => destinations !== undefined && !destinationAllowed(destinations, url));
  return refusing && `The organisation's file allows calls to ${refusing.destinations!.join(', ')}, and not to ${url.host}.`;
}

/** Why a repository may not use a secret; undefined when every layer lets it. */
export function explainForbiddenSecret(limits: Limits, name: string): string | undefined {
  const refused = limits.allowances.some(({ secrets }) => Object.hasOwn(secrets, name) && !secrets[name]!(limits.repository).matched);
  return refused ? `The organisation's file does not let ${limits.repository} use the secret \`${name}\`.` : undefined;
}

/** Checks a repository's file against what the layers below it allow. Addresses that are only known when a step runs are judged then. */
export function checkLimits(file: unknown, limits: Limits): Finding[] {
  if (limits.allowances.length === 0) return [];
  return listWatches(file)
    .flatMap(listSteps)
    .flatMap(({ path, step }) => checkKind(path, step, limits).concat(checkTexts(path, step, limits)));
}

function checkKind(path: ConfigPath, step: Record<string, unknown>, { allowances }: Limits): Finding[] {
  const kind = step['uses'];
  const reason = typeof kind === 'string' ? explainForbiddenKind(allowances, kind) : undefined;
  return reason === undefined ? [] : [forbidden([...path, 'uses'], reason)];
}

/** Inputs that say where a step sends to. */
const addressKeys = new Set(['url', 'api_url']);

function checkTexts(path: ConfigPath, step: Record<string, unknown>, limits: Limits): Finding[] {
  return ['with', 'env', 'if']
    .flatMap((key) => listTexts([...path, key], step[key]))
    .flatMap(({ at, text }) => {
      // Outside of expressions and scripts it is only text.
      const isText = !text.includes('${{') && !['if', 'run'].includes(String(at.at(-1)));
      const findings = (isText ? [] : secretNames(text)).flatMap((name) => explainForbiddenSecret(limits, name) ?? []);
      // An input of the step, and nothing of that name in a body or block.
      const isAddress = at.length === path.length + 2 && addressKeys.has(String(at.at(-1))) && !text.includes('${{') && URL.canParse(text);
      const address = isAddress ? explainForbiddenAddress(limits.allowances, new URL(text)) : undefined;
      return [...findings, ...(address === undefined ? [] : [address])].map((reason) => forbidden(at, reason));
    });
}

function listTexts(at: ConfigPath, value: unknown): { at: ConfigPath; text: string }[] {
  if (typeof value === 'string') return [{ at, text: value }];
  if (Array.isArray(value)) return value.flatMap((entry: unknown, index) => listTexts([...at, index], entry));
  return isMapping(value) ? Object.entries(value).flatMap(([key, entry]) => listTexts([...at, key], entry)) : [];
}

function secretNames(text: string): string[] {
  return [
    ...new Set([...text.matchAll(/\bsecrets\s*(?:\.\s*([A-Za-z_]\w*)|\[\s*'([^']+)'\s*\])/gi)].map((match) => match[1] ?? match[2]!)),
  ];
}

function forbidden(path: ConfigPath, reason: string): Finding {
  return { path, message: `\`${formatPath(path)}\` is not allowed here. ${reason}`, code: 'not_allowed_by_layer' };
}
