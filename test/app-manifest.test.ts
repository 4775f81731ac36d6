import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { baseTier, implicitEvents, optionalTiers, tiers } from '../src/github/needed-permissions.ts';
import { createProbotApp } from '../src/github/probot-app.ts';

const text = readFileSync(new URL('../app.yml', import.meta.url), 'utf8');
const manifest = parse(text) as {
  public: boolean;
  default_events: string[];
  default_permissions: Record<string, string>;
  hook_attributes: { url: string; active: boolean };
  setup_on_update: boolean;
};

function registeredEvents(): string[] {
  const names: string[] = [];
  const on = (name: string | string[]) => void names.push(...[name].flat());
  void createProbotApp(() => {})({ on });
  return names;
}

/** The lines of one tier in one part of app.yml, those commented out included, without their `#`. */
function readTier(part: 'default_permissions' | 'default_events', name: string): unknown {
  const [, body = ''] = new RegExp(`^${part}:\\n((?:  .*\\n)+)`, 'm').exec(text) ?? [];
  const lines = body.split('\n').map((line) => line.trim());
  const from = lines.findIndex((line) => new RegExp(`^# tier ${name}\\b`).test(line));
  if (from === -1) throw new Error(`${part} of app.yml has no "# tier ${name}"`);
  const rest = lines.slice(from + 1);
  const to = rest.findIndex((line) => line.startsWith('# tier '));
  const own = rest.slice(0, to === -1 ? undefined : to).map((line) => line.replace(/^# /, ''));
  return (
    parse(own.filter((line) => /^(?:- )?[a-z_]+(?:: (?:read|write))?$/.test(line)).join('\n')) ?? (part === 'default_events' ? [] : {})
  );
}

describe('app.yml', () => {
  test('asks for exactly the base tier, which only reads', () => {
    expect(manifest.default_permissions).toEqual(baseTier.permissions);
    expect(manifest.default_events).toEqual(baseTier.events);
    expect(new Set(Object.values(manifest.default_permissions))).toEqual(new Set(['read']));
  });

  test('has every tier of the table, the optional ones commented out', () => {
    const written = tiers.map(({ name }) => ({
      name,
      permissions: readTier('default_permissions', name),
      events: readTier('default_events', name),
    }));
    expect(written).toEqual(tiers.map(({ name, permissions, events }) => ({ name, permissions, events })));
    const named = [...text.matchAll(/^ {2}# tier (\w+)/gm)].map(([, name]) => name);
    expect(new Set(named)).toEqual(new Set(tiers.map(({ name }) => name)));
  });

  test('with a tier taken in is a manifest that GitHub understands', () => {
    // Two tiers name the same permission: one of them is taken.
    const written = text.replace('  # issues: write\n', '');
    const open = (name: string) => written.replaceAll(new RegExp(`^( {2})# (- )?(${name})(: \\w+)?$`, 'gm'), '$1$2$3$4');
    const taken = parse(open('issues|issue_comment')) as typeof manifest;
    expect(taken.default_permissions).toEqual({ ...baseTier.permissions, issues: 'read' });
    expect(taken.default_events).toEqual([...baseTier.events, 'issues', 'issue_comment']);
  });

  test('can be installed by its owner only, posts to the path that RepoWatch listens on, and sends people back', () => {
    expect(manifest.public).toBe(false);
    expect(new URL(manifest.hook_attributes.url).pathname).toBe('/api/github/webhooks');
    expect(manifest.hook_attributes.active).toBe(true);
    expect(manifest.setup_on_update).toBe(true);
  });
});

describe('the table of permissions', () => {
  test('has exactly the events that have a handler', () => {
    const known = [...implicitEvents, ...tiers.flatMap(({ events, automatic = [] }) => events.concat(automatic))];
    expect(known.sort()).toEqual(registeredEvents().sort());
  });

  test('never gives what the base has to a tier as something new', () => {
    const repeated = optionalTiers.flatMap(({ events, permissions }) =>
      events
        .filter((event) => baseTier.events.includes(event))
        .concat(Object.keys(permissions).filter((name) => baseTier.permissions[name] === permissions[name])),
    );
    expect(repeated).toEqual([]);
  });
});
