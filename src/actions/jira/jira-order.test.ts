import { describe, expect, test } from '@jest/globals';
import { pushFacts } from '../../../test/support/attempt-context.ts';
import { neighbours, open } from '../../../test/support/fake-jira.ts';
import { bench, delivery, pullFacts, results, run, useJiraBench } from '../../../test/support/jira-bench.ts';
import type { TicketMachine } from '../../tickets/machine.ts';

useJiraBench();

describe('when others are faster, and what Jira refuses (K3)', () => {
  test('a conflict is tried again, and whoever moved it there is fine', async () => {
    bench.cloud.add('SOC-1', 'QA');
    let times = 0;
    bench.cloud.interfere = ({ method }) => (method === 'POST' && (times += 1) <= 2 ? { status: 409, body: {} } : undefined);
    expect(results(await run())).toMatchObject([{ status: 'moved', to: 'Done' }]);
    expect(bench.cloud.posted()).toHaveLength(3);
    bench.cloud.interfere = undefined;
    bench.cloud.add('SOC-3', 'QA');
    bench.cloud.beforeMove = (_key, issue) => void (issue.status = 'Done');
    expect(results(await run({ keys: 'SOC-3' }))).toMatchObject([{ status: 'moved', to: 'Done' }]);
  });

  test('after five more conflicts the retry schedule has it', async () => {
    bench.cloud.add('SOC-1', 'QA');
    bench.cloud.interfere = ({ method }) => (method === 'POST' ? { status: 409, body: {} } : undefined);
    expect(await run()).toMatchObject({ result: 'failed', code: 'ticket_conflict', retryable: true });
    expect(bench.cloud.posted()).toHaveLength(6);
  });

  test('a required field is named for good; with it the step goes', async () => {
    const workflow = { ...neighbours, transitions: [{ id: '41', name: 'Close', from: ['QA'], to: 'Done', required: ['resolution'] }] };
    bench.cloud.add('SOC-1', 'QA', { workflow });
    expect(await run()).toMatchObject({
      code: 'ticket_field_required',
      retryable: false,
      message: expect.stringContaining('`resolution`'),
    });
    expect(results(await run({ fields: { resolution: { name: 'Done' } } }))).toMatchObject([{ status: 'moved' }]);
    expect(bench.cloud.issues.get('SOC-1')!.fields).toEqual({ resolution: { name: 'Done' } });
  });

  test('a ticket that is hidden is not found, and the others are moved nevertheless', async () => {
    bench.cloud.add('SOC-1', 'QA', { seenBy: ['boss'] });
    bench.cloud.add('SOC-2', 'QA');
    expect(await run({ keys: 'SOC-1 SOC-2 SOC-3' })).toMatchObject({
      code: 'ticket_not_found',
      retryable: false,
      message: expect.stringMatching(/^2 of 3 tickets failed\. SOC-1: /),
    });
    expect(bench.cloud.issues.get('SOC-2')!.status).toBe('Done');
    expect(bench.book.results.map(({ key, status }) => `${key} ${status}`)).toEqual(['SOC-1 failed', 'SOC-2 moved', 'SOC-3 failed']);
  });

  test('a ticket that somebody else works on waits for the next try', async () => {
    bench.book.taken = true;
    expect(await run()).toMatchObject({ code: 'ticket_busy', retryable: true });
  });
});

describe('several statuses on (K4)', () => {
  test('a ticket walks to a status that is no neighbour, and each step is looked at', async () => {
    bench.cloud.add('SOC-1', 'To Do');
    const outcome = await run();
    expect(results(outcome)).toMatchObject([
      { from: 'To Do', to: 'Done', message: 'It went To Do → In Progress → In Review → QA → Done.' },
    ]);
    expect(bench.cloud.posted()).toEqual(['SOC-1 11', 'SOC-1 21', 'SOC-1 31', 'SOC-1 41']);
  });

  test('where more is open, it does not stop on the way', async () => {
    bench.cloud.add('SOC-1', 'To Do', { workflow: open });
    await run();
    expect(bench.cloud.posted()).toEqual(['SOC-1 5']);
  });

  test('more than five statuses are not passed in one go', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const transitions = names.slice(1).map((to, index) => ({ id: String(index), name: to, from: [names[index]!], to }));
    bench.cloud.add('SOC-1', 'a', { workflow: { statuses: {}, transitions } });
    const far: TicketMachine = {
      projects: ['SOC'],
      initial: 'a',
      aliases: Object.fromEntries(names.map((n) => [n, n])),
      path: names,
      transitions: { a: { merged: 'g' }, g: { merged: '<end>' } },
    };
    expect(await run({}, { machines: { delivery: far } })).toMatchObject({
      code: 'ticket_unreachable',
      message: expect.stringContaining('5 steps'),
    });
    expect(bench.cloud.issues.get('SOC-1')!.status).toBe('f');
  });

  test('a late webhook never moves a ticket back: by the ledger', async () => {
    bench.cloud.add('SOC-1', 'QA');
    await run();
    bench.cloud.issues.get('SOC-1')!.since = new Date('2026-01-01T00:00:00Z');
    const late = pullFacts('pull_request.opened', {}, { id: '6', happened_at: '2026-11-21T11:00:00Z' });
    expect(results(await run({ event: 'opened' }, { facts: late }))).toMatchObject([{ status: 'unchanged', code: 'ticket_late' }]);
    expect(bench.cloud.issues.get('SOC-1')!.status).toBe('Done');
  });

  test('a late webhook never moves a ticket back: by the category that a person gave it', async () => {
    bench.cloud.add('SOC-1', 'Done', { workflow: open, since: new Date('2026-11-21T13:00:00Z') });
    expect(results(await run({ event: 'opened' }, { facts: pullFacts('pull_request.opened') }))).toMatchObject([
      { status: 'unchanged', code: 'ticket_late' },
    ]);
    expect(bench.cloud.posted()).toEqual([]);
  });

  test('a late webhook never moves a ticket back: by where a person put it after our own step', async () => {
    bench.cloud.add('SOC-1', 'To Do', { workflow: open });
    bench.cloud.add('SOC-2', 'To Do');
    const at = (hour: number, type: string) =>
      pullFacts(`pull_request.${type}`, {}, { id: String(hour), happened_at: `2026-11-21T${hour}:00:00Z` });
    await run({ event: 'opened', keys: 'SOC-1 SOC-2' }, { facts: at(10, 'opened') });
    for (const key of ['SOC-1', 'SOC-2'])
      Object.assign(bench.cloud.issues.get(key)!, { status: 'Done', since: new Date('2026-11-21T13:00:00Z') });
    const late = await run({ event: 'opened', keys: 'SOC-1 SOC-2' }, { facts: at(12, 'ready_for_review') });
    expect(results(late)).toMatchObject([{ code: 'ticket_late' }, { code: 'ticket_late' }]);
    // What happens after it does lead back.
    expect(results(await run({ event: 'reopened' }, { facts: at(14, 'reopened') }))).toMatchObject([{ status: 'moved', to: 'To Do' }]);
  });

  test('a step of ours that was late itself is no person', async () => {
    bench.cloud.add('SOC-1', 'In Review');
    await run({ event: 'next' });
    bench.cloud.issues.get('SOC-1')!.since = new Date('2026-11-22T00:00:00Z');
    const facts = pullFacts('pull_request.merged', { id: '5' }, { id: '9', happened_at: '2026-11-21T13:00:00Z' });
    const machine = { ...delivery, transitions: { ...delivery.transitions, qa: { back: 'to_do' } } };
    const workflow = { ...neighbours, transitions: [{ id: '9', name: 'Again', from: ['QA'], to: 'To Do' }] };
    Object.assign(bench.cloud.issues.get('SOC-1')!, { workflow });
    expect(results(await run({ event: 'back' }, { facts, machines: { delivery: machine } }))).toMatchObject([
      { status: 'moved', to: 'To Do' },
    ]);
  });

  test('a ticket that is beyond what the event leads to stays', async () => {
    bench.cloud.add('SOC-1', 'QA');
    expect(results(await run({ event: 'opened' }))).toMatchObject([{ status: 'unchanged', code: 'ticket_already_further' }]);
    expect(bench.cloud.posted()).toEqual([]);
  });

  test('somebody moves it beyond the goal on the way: it stays there', async () => {
    bench.cloud.add('SOC-1', 'To Do');
    bench.cloud.beforeMove = (_key, issue) => void (issue.status = issue.status === 'In Progress' ? 'QA' : issue.status);
    expect(results(await run({ event: 'opened' }))).toMatchObject([{ status: 'unchanged', code: 'ticket_already_further', from: 'To Do' }]);
  });

  test('a machine may lead back on purpose', async () => {
    bench.cloud.add('SOC-1', 'In Review');
    expect(results(await run({ event: 'prev' }))).toMatchObject([{ status: 'moved', to: 'In Progress' }]);
    bench.cloud.add('SOC-2', 'Done');
    expect(results(await run({ event: 'reopened', keys: 'SOC-2' }))).toMatchObject([{ status: 'moved', to: 'To Do' }]);
  });
});

describe('once for one thing (K5)', () => {
  test('a second event of the same merge, a replay, and a retry move nothing again', async () => {
    bench.cloud.add('SOC-1', 'In Review');
    await run({ event: 'next' });
    expect(results(await run({ event: 'next' }, { idempotencyKey: 'another' }))).toMatchObject([
      { status: 'unchanged', code: 'ticket_already_moved', from: 'In Review', to: 'QA' },
    ]);
    expect(bench.cloud.issues.get('SOC-1')!.status).toBe('QA');
    await run({ event: 'next' }, { facts: pullFacts('pull_request.merged', { id: '9999' }) });
    expect(bench.cloud.issues.get('SOC-1')!.status).toBe('Done');
  });

  test('published, released and edited are one release', async () => {
    bench.cloud.add('SOC-4', 'In Review');
    for (const [id, type] of [
      ['1', 'release.published'],
      ['2', 'release.edited'],
      ['3', 'release.published'],
    ]) {
      const facts = pushFacts({
        ref: null,
        commits: [],
        change: { id, type, happened_at: '2026-11-21T12:00:00Z', release: { id: '33', name: null, body: 'SOC-4' } },
      });
      await run({ event: 'next', sources: ['release'] }, { facts });
    }
    expect(bench.cloud.posted()).toEqual(['SOC-4 31']);
  });

  test('an answer that is lost after the step: the next try goes to the same place and not beyond', async () => {
    bench.cloud.add('SOC-1', 'In Review');
    let cut = false;
    bench.cloud.interfere = ({ method, path }) => {
      if (method !== 'GET' || path.endsWith('/transitions') || bench.cloud.posted().length === 0 || cut) return undefined;
      cut = true;
      return 'cut';
    };
    expect(await run({ event: 'next' })).toMatchObject({ code: 'webhook_unreachable', retryable: true });
    expect(results(await run({ event: 'next' }, { attempt: 2 }))).toMatchObject([{ status: 'moved', from: 'In Review', to: 'QA' }]);
    expect(bench.cloud.posted()).toEqual(['SOC-1 31']);
  });

  test('with all_linked_prs_merged it waits for the others', async () => {
    bench.cloud.add('SOC-1', 'QA');
    bench.book.openPulls = [{ repository: 'acme/web', number: 3 }];
    expect(results(await run({ when: 'all_linked_prs_merged' }))).toMatchObject([
      { status: 'unchanged', code: 'ticket_pulls_open', message: expect.stringContaining('acme/web#3') },
    ]);
    bench.book.openPulls = [];
    expect(results(await run({ when: 'all_linked_prs_merged' }, { facts: pullFacts('pull_request.merged', { id: '3' }) }))).toMatchObject([
      { status: 'moved' },
    ]);
  });
});
