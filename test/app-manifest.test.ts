import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { createProbotApp } from '../src/github/probot-app.ts';

/** What GitHub sends to every App without a subscription, as far as RepoWatch acts on it (handbook A21). */
const implicitEvents = ['installation', 'installation_repositories', 'ping'];

const manifest = parse(readFileSync(new URL('../app.yml', import.meta.url), 'utf8')) as {
  public: boolean;
  default_events: string[];
  default_permissions: Record<string, string>;
  hook_attributes: { url: string };
};

function registeredEvents(): string[] {
  const names: string[] = [];
  const on = (name: string | string[]) => void names.push(...[name].flat());
  void createProbotApp(() => {})({ on });
  return names;
}

describe('app.yml', () => {
  test('subscribes to exactly the events that the App registers handlers for', () => {
    expect([...manifest.default_events, ...implicitEvents].sort()).toEqual(registeredEvents().sort());
  });

  test('asks for no more than reading', () => {
    expect(manifest.default_permissions).toEqual({ metadata: 'read', contents: 'read' });
  });

  test('can be installed by its owner only, and posts to the path that RepoWatch listens on', () => {
    expect(manifest.public).toBe(false);
    expect(new URL(manifest.hook_attributes.url).pathname).toBe('/api/github/webhooks');
  });
});
