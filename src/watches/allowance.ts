import { compilePatterns, type PatternMatcher } from '../core/globs.ts';
import type { ConfigFile } from './config-schema.ts';
import { listOf } from './schema-parts.ts';

/** What an organisation's file lets repositories do; what is undefined is not restricted. */
export interface Allowance {
  actions: readonly string[] | undefined;
  /** Hosts, `*.host` or `host:port`. */
  destinations: readonly string[] | undefined;
  /** By name: whether a repository (its name without the owner) may use it. Secrets that are not named are not restricted. */
  secrets: Readonly<Record<string, PatternMatcher>>;
}

/** Compiles `allow` of an organisation's file. */
export function compileAllowance({ actions, destinations, secrets = {} }: NonNullable<ConfigFile['allow']>): Allowance {
  return {
    actions: actions === undefined ? undefined : listOf(actions),
    destinations: destinations === undefined ? undefined : listOf(destinations),
    secrets: Object.fromEntries(Object.entries(secrets).map(([name, patterns]) => [name, compilePatterns(listOf(patterns))])),
  };
}
