import { expect, test } from '@jest/globals';
import type { Breaker } from '../../http/schemas/lane.ts';
import type { Repository } from '../../http/schemas/repository.ts';
import { describeStanding, type StandingFacts } from './standing.ts';

const at = '2026-11-22T05:00:00.000Z';
const repository = {
  full_name: 'acme/app',
  default_branch: 'main',
  status: 'active',
  enabled: true,
  removed_reason: null,
  baseline_at: at,
  config_status: 'ok',
  config_checked_at: at,
  last_check_at: at,
  reconcile: { due_at: at, error: null },
  secrets: { frozen: 0 },
} as Repository;
const watching: StandingFacts = { repository, watches: [{ mode: 'on' }, { mode: 'off' }], breakers: [] };
const withRepository = (facts: Partial<Repository>): StandingFacts => ({ ...watching, repository: { ...repository, ...facts } });

test.each<[string, StandingFacts, string[]]>([
  ['all is well', watching, ['One watch looks at it.']],
  ['nobody watches', { ...watching, watches: [] }, ['Nothing watches it yet.']],
  ['all watches are off', { ...watching, watches: [{ mode: 'off' }] }, ['All of its watches are switched off.']],
  ['it is new', withRepository({ baseline_at: null }), ['looked at for the first time']],
  ['it was removed', withRepository({ status: 'removed', removed_reason: 'not_listed' }), ['no access to it any more (not listed)']],
  ['it is switched off here', withRepository({ status: 'disabled', enabled: false }), ['switched off here']],
  ['GitHub has disabled it', withRepository({ status: 'disabled' }), ['GitHub has disabled it']],
  ['it is archived', withRepository({ status: 'archived' }), ['archived on GitHub']],
  [
    'several troubles, the gravest first',
    { ...withRepository({ config_status: 'invalid', secrets: { frozen: 2 } }), breakers: [{ open: true, watch: 'echo' } as Breaker] },
    ['has errors and does not count', 'answer its own effects', '2 secrets belong'],
  ],
  ['a loop that is over is no trouble', { ...watching, breakers: [{ open: false, watch: 'echo' } as Breaker] }, ['One watch looks']],
])('how a repository stands when %s', (_when, facts, expected) => {
  const said = describeStanding(facts).map(({ text }) => text.text.replaceAll(/<[^>]+>/g, '').replaceAll(/\s+/g, ' '));
  expect(said).toEqual(expected.map((part) => expect.stringContaining(part)));
});
