import { describe, expect, test } from '@jest/globals';
import { pushFacts } from '../../../test/support/attempt-context.ts';
import { neighbours, open } from '../../../test/support/fake-jira.ts';
import { bench, delivery, pullFacts, results, run, useJiraBench } from '../../../test/support/jira-bench.ts';
import { memoryBook } from '../../../test/support/memory-book.ts';

useJiraBench();

describe('finding tickets (K1)', () => {
  test.each<[sources: string[], keys: string[]]>([
    [['title'], ['SOC-1']],
    [
      ['title', 'branch'],
      ['SOC-1', 'SOC-2'],
    ],
    [
      ['body', 'title'],
      ['SOC-1', 'SOC-9'],
    ],
    [['branch'], ['SOC-2']],
  ])('in %j are %j', async (sources, keys) => {
    for (const key of ['SOC-1', 'SOC-2', 'SOC-9']) bench.cloud.add(key, 'QA');
    expect(await run({ sources })).toMatchObject({ result: 'succeeded', outputs: { keys, moved: keys.length } });
  });

  test('the body is not looked at unless it is named, and what cannot be read of the commits is told', async () => {
    for (const key of ['SOC-1', 'SOC-2']) bench.cloud.add(key, 'QA');
    const outcome = await run({ sources: undefined });
    expect(outcome).toMatchObject({
      outputs: { keys: ['SOC-1', 'SOC-2'] },
      record: { log: [expect.stringContaining('were not looked at'), expect.anything(), expect.anything()] },
    });
  });

  test('commit messages, release notes, and keys that are given', async () => {
    for (const key of ['SOC-3', 'SOC-4', 'SOC-5']) bench.cloud.add(key, 'QA');
    const push = pushFacts({ commits: [{ message: 'SOC-3: x' }] });
    expect(await run({ sources: undefined }, { facts: push })).toMatchObject({ outputs: { keys: ['SOC-3'] } });
    const release = pushFacts({
      ref: null,
      commits: [],
      change: { id: '8', type: 'release.published', happened_at: '2026-11-21T12:00:00Z', release: { id: '1', name: 'v2', body: 'SOC-4' } },
    });
    expect(await run({ sources: undefined }, { facts: release })).toMatchObject({ outputs: { keys: ['SOC-4'] } });
    expect(await run({ keys: 'x SOC-5' })).toMatchObject({ outputs: { keys: ['SOC-5'] } });
    expect(await run({ keys: [] })).toMatchObject({ result: 'succeeded', outputs: { keys: [] }, record: { log: ['No ticket is named.'] } });
  });

  test('without a list of projects nothing is done', async () => {
    expect(await run({}, { machines: { delivery: { ...delivery, projects: undefined } } })).toMatchObject({
      result: 'failed',
      code: 'action_input_invalid',
      retryable: false,
    });
    bench.cloud.add('OPS-1', 'QA');
    expect(await run({ projects: ['OPS'], keys: 'OPS-1 SOC-1' })).toMatchObject({ outputs: { keys: ['OPS-1'] } });
  });
});

describe('transitions by the status they lead to (K2)', () => {
  test('one is looked up at run time and posted once', async () => {
    bench.cloud.add('SOC-1', 'QA');
    const outcome = await run();
    expect(results(outcome)).toEqual([{ key: 'SOC-1', from: 'QA', to: 'Done', status: 'moved', code: null, message: null }]);
    expect(bench.cloud.posted()).toEqual(['SOC-1 41']);
    expect(bench.cloud.issues.get('SOC-1')!.status).toBe('Done');
    expect(bench.book.results).toEqual(results(outcome));
    expect(outcome.record).toMatchObject({ log: ['SOC-1: moved QA → Done'], request: { headers: { authorization: '***' } } });
  });

  test('of two that lead to the status the one with its name is taken', async () => {
    bench.cloud.add('SOC-1', 'To Do', { workflow: open });
    await run({ event: 'started' });
    expect(bench.cloud.posted()).toEqual(['SOC-1 3']);
  });

  test('a ticket that is there already is left alone, also beside another tool (K10)', async () => {
    bench.cloud.add('SOC-1', 'Done');
    expect(results(await run())).toMatchObject([{ status: 'unchanged', code: 'ticket_ended', from: 'Done', to: 'Done' }]);
    bench.cloud.add('SOC-1', 'IN REVIEW');
    expect(results(await run({ event: 'opened' }))).toMatchObject([{ status: 'unchanged', code: 'ticket_already_there' }]);
    expect(bench.cloud.posted()).toEqual([]);
  });

  test('no way is an error that lists what is open; an empty list says whose right it may be', async () => {
    bench.cloud.add('SOC-1', 'To Do', { workflow: { ...neighbours, transitions: [{ id: '9', name: 'Park', from: 'all', to: 'Parked' }] } });
    expect(await run()).toMatchObject({
      result: 'failed',
      code: 'ticket_unreachable',
      retryable: false,
      message: expect.stringContaining('Park (to Parked)'),
    });
    bench.cloud.add('SOC-1', 'To Do', {
      workflow: { ...neighbours, transitions: [{ id: '1', name: 'x', from: 'all', to: 'Done', only: ['boss'] }] },
    });
    expect(await run()).toMatchObject({ code: 'ticket_unreachable', message: expect.stringContaining('may not move') });
    expect(bench.book.results.at(-1)).toMatchObject({ key: 'SOC-1', from: 'To Do', status: 'failed', code: 'ticket_unreachable' });
  });

  test('an edit of the workflow between the look and the step: looked up again once', async () => {
    const issue = bench.cloud.add('SOC-1', 'QA', { workflow: { ...neighbours, transitions: [...neighbours.transitions] } });
    let gone = false;
    bench.cloud.interfere = ({ method, path }) => {
      if (method !== 'POST' || !path.endsWith('/transitions') || gone) return undefined;
      gone = true;
      issue.workflow = { ...issue.workflow, transitions: [{ id: '77', name: 'Ship', from: ['QA'], to: 'Done' }] };
      return undefined;
    };
    expect(results(await run())).toMatchObject([{ status: 'moved', to: 'Done' }]);
    expect(bench.cloud.posted()).toEqual(['SOC-1 41', 'SOC-1 77']);
    bench.cloud.add('SOC-1', 'QA');
    bench.book = memoryBook();
    bench.cloud.interfere = ({ method }) =>
      method === 'POST'
        ? { status: 400, body: { errorMessages: ['It seems that you have tried to perform an illegal workflow operation.'], errors: {} } }
        : undefined;
    expect(await run()).toMatchObject({ code: 'ticket_refused', retryable: false, message: expect.stringContaining('illegal workflow') });
  });

  test('an event that the state does not have is an error, a status that nobody knows as well', async () => {
    bench.cloud.add('SOC-1', 'To Do');
    expect(await run({ event: 'released' })).toMatchObject({ code: 'ticket_event_missing', retryable: false });
    bench.cloud.add('SOC-1', 'Blocked');
    expect(await run()).toMatchObject({ code: 'ticket_status_unknown', retryable: false });
    expect(await run({ machine: 'other' })).toMatchObject({ code: 'machine_unknown' });
  });

  test('without an event the change says it', async () => {
    bench.cloud.add('SOC-1', 'To Do', { workflow: open });
    expect(results(await run({ event: undefined }, { facts: pullFacts('pull_request.opened') }))).toMatchObject([{ to: 'In Review' }]);
  });
});

test('a dry run tells the way and changes nothing', async () => {
  bench.cloud.add('SOC-1', 'To Do');
  expect(results(await run({ dry_run: true, comment: 'x' }))).toEqual([
    {
      key: 'SOC-1',
      from: 'To Do',
      to: 'Done',
      status: 'planned',
      code: null,
      message: 'It would go To Do → In Progress → in review → QA → Done. It would be commented on.',
    },
  ]);
  expect(bench.cloud.requests.every(({ method }) => method === 'GET')).toBe(true);
  expect(bench.book.entries.size).toBe(0);
});
