import { createHash } from 'node:crypto';
import { changeTypes, type ChangeType } from '../changes/change.ts';
import { compatibilityNames, compatibilityNamesOf, readEventName } from '../changes/compatibility-names.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { Trigger } from './define-trigger.ts';
import { triggerNames, triggers } from './triggers.ts';

/** The bodies a hook can have. */
export const hookFormats = ['webgme', 'standard', 'github', 'radar'] as const;
export type HookFormat = (typeof hookFormats)[number];

/** A hook of a repository, as it is stored in the watch that it stands for. */
export interface Hook {
  /** Chosen by whoever made it. */
  id: string;
  url: string;
  /** Names as they were given, ours and those of the older systems; an empty list never fires. */
  events: 'all' | string[];
  active: boolean;
  description: string;
  /** Whoever made it may keep there what they want. */
  options: Record<string, unknown>;
  format: HookFormat;
  /** Whether its messages are signed with a secret of its own. */
  has_secret: boolean;
  created_at: string;
  updated_at: string;
}

/** What a hook says of itself when nobody does (seed-systems.md S2-4). */
export const noDescription = 'No description given';

const isOlderName = (name: string) => compatibilityNames.has(name) && name === name.toUpperCase();
const olderNames = [...compatibilityNames.keys()].filter(isOlderName);

/** The key of the watch that a hook stands for. Ids that are no key are told apart by their hash. */
export function hookKey(id: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$/.test(id)) return `hook-${id}`;
  return `hook--${createHash('sha256').update(id).digest('hex').slice(0, 24)}`;
}

/** The name of the secret that holds a hook's signing key. */
export function hookSecretName(id: string): string {
  return `HOOK_${createHash('sha256').update(id).digest('hex').slice(0, 24).toUpperCase()}`;
}

/** The bodies of a hook that does not say: those of the older system where it only names events of that, else our own. */
export function presetFormat(events: Hook['events']): HookFormat {
  return events === 'all' || events.every(isOlderName) ? 'webgme' : 'standard';
}

/** What is under `on:` for the events of a hook; undefined for an empty list. Unknown names are a `request_invalid` with the valid ones. */
function compileEvents({ events, format }: Pick<Hook, 'events' | 'format'>): Outcome<unknown, 'request_invalid'> {
  const names = events === 'all' && format === 'webgme' ? olderNames : events;
  if (names === 'all') return ok('all');
  const wanted = new Set<ChangeType>();
  for (const name of names) {
    const read = readEventName(name);
    if (!read.ok) return read;
    const types = name === 'all' ? olderTypes(format) : read.value;
    if (format === 'webgme' && !types.some((type) => compatibilityNamesOf(type).some(isOlderName)))
      return failed(
        'request_invalid',
        `Event ${name} has no body in the format webgme. Choose another format, or events among ${olderNames.join(', ')}.`,
      );
    for (const type of types) wanted.add(type);
  }
  return writeTriggers([...wanted]);
}

/** What `all` in a list stands for: everything that `on: all` is about, or that has a body. */
function olderTypes(format: HookFormat): readonly ChangeType[] {
  const everything: readonly string[] = triggers.all.allTypes;
  return changeTypes.filter((type) => (format === 'webgme' ? compatibilityNamesOf(type).some(isOlderName) : everything.includes(type)));
}

/** Types of changes as triggers with `types`. */
function writeTriggers(types: readonly ChangeType[]): Outcome<unknown, 'request_invalid'> {
  const written = new Map<string, string[] | null>();
  for (const type of types) {
    const name = triggerNames.find((candidate) => !['all', 'push'].includes(candidate) && triggers[candidate].allTypes.includes(type));
    const trigger: Trigger | undefined = name && triggers[name];
    if (name === undefined || trigger === undefined || ['schedule', 'manual', 'inbound'].includes(name))
      return failed('request_invalid', `Event ${type} is meant for one watch of a file and cannot be sent to a hook. Leave it out.`);
    if (name === 'project_deleted') written.set(name, null);
    else written.set(name, [...(written.get(name) ?? []), name === 'repowatch' ? type : type.slice(type.indexOf('.') + 1)]);
  }
  return ok(Object.fromEntries([...written].map(([name, list]) => [name, list === null ? {} : { types: list }])));
}

/** The events of the older system that a hook gets bodies of; undefined for all. */
function listBodies({ events, format }: Pick<Hook, 'events' | 'format'>): string[] | undefined {
  if (format !== 'webgme' || events === 'all' || events.includes('all')) return undefined;
  const bodies = events.flatMap((name) => {
    if (isOlderName(name)) return [name];
    const read = readEventName(name);
    return read.ok ? read.value.flatMap((type) => compatibilityNamesOf(type).filter(isOlderName)) : [];
  });
  return [...new Set(bodies)];
}

/** The watch that a hook stands for, in the words of a file; the hook itself lies below `x-hook`. */
export function compileHook(hook: Hook): Outcome<Record<string, unknown>, 'request_invalid'> {
  const on = compileEvents(hook);
  if (!on.ok) return on;
  const never = hook.events.length === 0;
  const bodies = listBodies(hook);
  const input = {
    url: hook.url,
    format: hook.format,
    ...(hook.format === 'webgme' && { hook_id: hook.id }),
    ...(bodies && !never && { events: bodies }),
    ...(hook.has_secret && { secret: `\${{ secrets.${hookSecretName(hook.id)} }}` }),
  };
  return ok({
    name: `Hook ${hook.id}`,
    'x-hook': hook,
    on: never ? 'all' : on.value,
    mode: hook.active && !never ? 'on' : 'off',
    steps: [{ uses: 'webhook', with: input }],
  });
}

/** The hook that a watch of the API stands for; undefined for any other watch. */
export function findHook(watch: Record<string, unknown> | undefined): Hook | undefined {
  return watch?.['x-hook'] as Hook | undefined;
}

/** The hooks among the watches of the API, by their ids in order. */
export function listHooks(watches: Record<string, Record<string, unknown>>): Hook[] {
  return Object.values(watches)
    .flatMap((watch) => findHook(watch) ?? [])
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Tells one state of a hook from another (RFC 9110 8.8.3). */
export function hookTag(hook: Hook): string {
  return `"${createHash('sha256').update(JSON.stringify(hook)).digest('base64url').slice(0, 27)}"`;
}
