import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createFakeJira, neighbours, type FakeJira } from '../support/fake-jira.ts';
import { issuesPayload, pullRequestPayload, releasePayload } from '../support/github-events.ts';
import type { Payload } from '../support/payloads.ts';
import { configOf, quiet, track } from '../support/story.ts';
import { adminToken, startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

interface Result {
  key: string;
  from: string | null;
  to: string | null;
  status: string;
  code: string | null;
}

let world: TestApp;
let jira: FakeJira;
let place: { repository: { id: number }; installation: number };

const machines = {
  delivery: {
    projects: ['SOC'],
    initial: 'to_do',
    aliases: { to_do: 'To Do', in_progress: 'In Progress', in_review: 'In Review', qa: 'QA', done: 'Done' },
    path: ['to_do', 'in_progress', 'in_review', 'qa', 'done'],
    transitions: {
      to_do: { opened: 'in_review', merged: 'done', next: 'in_progress' },
      in_progress: { opened: 'in_review', merged: 'done', next: 'in_review' },
      in_review: { merged: 'done', next: 'qa' },
      qa: { merged: 'done', next: 'done' },
      done: { merged: '<end>', next: '<end>', opened: 'in_review' },
    },
  },
};
const onPulls = { pull_request: { types: ['opened', 'merged'] } };
const jiraStep = { uses: 'jira', with: { connection: 'JIRA', machine: 'delivery' } };

beforeAll(async () => {
  jira = await createFakeJira();
  world = await startTestApp({ github: true, settings: { OUTBOUND_ALLOW: '127.0.0.1' } });
  const watches = {
    jira: { on: onPulls, retry: ['1s'], steps: [{ ...jiraStep, id: 'move' }] },
    release: {
      on: { release: { types: ['published', 'edited'] } },
      steps: [{ uses: 'jira', with: { connection: 'JIRA', machine: 'delivery', event: 'next' } }],
    },
    own: { on: { pull_request: { types: ['opened', 'merged', 'closed'] }, issues: { types: ['opened'] } }, steps: [{ uses: 'ticket' }] },
    issues: {
      on: onPulls,
      if: "contains(pull_request.body, 'fixes')",
      steps: [{ uses: 'ticket', with: { provider: 'github', sources: ['body'] } }],
    },
    rehearsal: { on: onPulls, mode: 'dry-run', steps: [jiraStep] },
  };
  // The machine stands in the organisation's file: it is inherited.
  await track(world, '.github', { '.github/repowatch.yml': JSON.stringify({ version: 1, watches: {}, machines }) });
  const tracked = await track(world, 'app', { '.github/repowatch.yml': configOf(watches, { machines }) });
  place = { repository: { id: tracked.id }, installation: tracked.installation };
  const value = JSON.stringify({
    url: jira.url,
    email: 'bot@acme.test',
    token: 'jira-token-1234',
    expires_at: new Date(Date.now() + 9 * 86_400_000).toISOString(),
  });
  await world.api('/api/secrets/JIRA', { method: 'PUT', body: { value, destinations: [jira.host] } });
  await quiet(world);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await jira[Symbol.asyncDispose]();
});

/** Delivers an event and answers the delivery once its runs are over. */
async function send(event: string, payload: Payload): Promise<{ tickets: Result[]; runs: ApiObject[] }> {
  const { guid } = await world.deliver(event, payload);
  const delivery = await world.settled(guid);
  await quiet(world);
  return await world.api(`/api/deliveries/${String(delivery['id'])}`);
}

const pull = (action: string, fields: Payload) => {
  const merged = action === 'merged';
  const state = merged
    ? { state: 'closed', merged: true, merge_commit_sha: 'c'.repeat(40), merged_at: '2026-11-21T12:00:00Z' }
    : { state: 'open', merged: false };
  const more = { draft: false, body: null, updated_at: merged ? '2026-11-21T12:00:00Z' : '2026-11-21T10:00:00Z', ...state, ...fields };
  return pullRequestPayload({ action: merged ? 'closed' : action, ...place, fields: more });
};
/** The cookies of an administrator at the page. */
async function signIn({ url }: TestApp): Promise<string> {
  const body = new URLSearchParams({ token: adminToken });
  const answer = await fetch(`${url}/login`, { method: 'POST', redirect: 'manual', headers: { origin: url }, body });
  return answer.headers
    .getSetCookie()
    .map((text) => text.split(';')[0])
    .join('; ');
}

const jiraResults = (delivery: { tickets: Result[] }) => delivery.tickets.filter(({ key }) => key.startsWith('SOC-'));

describe('tickets in Jira', () => {
  test('a merge moves a ticket once, and the delivery tells it; a late webhook does not move it back', async () => {
    jira.add('SOC-1', 'QA');
    const merged = await send('pull_request', pull('merged', { id: 1, number: 11, title: 'SOC-1 UTF-8 CVE-2024-1' }));
    expect(jiraResults(merged)).toMatchObject([{ key: 'SOC-1', from: 'QA', to: 'Done', status: 'moved', code: null }]);
    expect(jira.posted()).toEqual(['SOC-1 41']);
    const run = merged.runs.find((entry) => (entry['watch'] as { key: string }).key === 'jira')!;
    const { steps } = await world.api<{ steps: { outputs: ApiObject; attempts: { log: string[]; request: { headers: ApiObject } }[] }[] }>(
      `/api/runs/${String(run['id'])}`,
    );
    expect(steps[0]).toMatchObject({
      outputs: { tickets: [{ key: 'SOC-1', status: 'moved' }], moved: 1 },
      attempts: [
        {
          log: expect.arrayContaining([expect.stringContaining('SOC-1: moved QA → Done'), expect.stringContaining('in 8 days')]),
          request: { headers: { authorization: '***' } },
        },
      ],
    });
    const page = await (await fetch(`${world.url}/`, { headers: { cookie: await signIn(world) } })).text();
    expect(page).toMatch(/<ul class="tickets"[^]*SOC-1[^]*QA → Done/);
    jira.issues.get('SOC-1')!.since = new Date('2026-01-01T00:00:00Z');
    const late = await send('pull_request', pull('opened', { id: 1, number: 11, title: 'SOC-1' }));
    expect(jiraResults(late)).toMatchObject([{ key: 'SOC-1', status: 'unchanged', code: 'ticket_late', from: 'Done' }]);
    expect(jira.issues.get('SOC-1')!.status).toBe('Done');
  });

  test('a replay and a second release event move nothing again', async () => {
    jira.add('SOC-2', 'To Do');
    const release = (action: string, more: Payload = {}) => releasePayload({ action, ...place, fields: { body: 'SOC-2', ...more } });
    const first = await send('release', release('published'));
    expect(jiraResults(first)).toMatchObject([{ key: 'SOC-2', from: 'To Do', to: 'In Progress', status: 'moved' }]);
    await world.api(`/api/runs/${String(first.runs[0]!['id'])}/replay`, { method: 'POST', status: 202 });
    await send(
      'release',
      releasePayload({
        action: 'edited',
        ...place,
        fields: { body: 'SOC-2', updated_at: '2026-11-21T13:00:00Z' },
        extra: { changes: { body: { from: '' } } },
      }),
    );
    await send('release', release('released'));
    expect(jira.posted().filter((entry) => entry.startsWith('SOC-2'))).toEqual(['SOC-2 11']);
    const [ticket] = await world.list('/api/tickets?key=SOC-2');
    expect(ticket).toMatchObject({ provider: 'jira', connection: jira.url, status: 'In Progress', repository: { full_name: 'acme/app' } });
    const { history } = await world.api<{ history: Result[] }>(`/api/tickets/${String(ticket!['id'])}`);
    expect(history.map(({ status }) => status)).toEqual(expect.arrayContaining(['moved', 'unchanged']));
  });

  test('two merges at once on one ticket go one after the other', async () => {
    jira.add('SOC-3', 'To Do');
    let busy = 0;
    let met = false;
    jira.interfere = ({ path }) => {
      if (!path.includes('SOC-3')) return undefined;
      busy += 1;
      met ||= busy > 1;
      setImmediate(() => (busy -= 1));
      return undefined;
    };
    const guids = await Promise.all(
      [21, 22, 23].map((number) => world.deliver('pull_request', pull('merged', { id: number, number, title: `SOC-3 part ${number}` }))),
    );
    for (const { guid } of guids) await world.settled(guid);
    await quiet(world);
    jira.interfere = undefined;
    expect(met).toBe(false);
    expect(jira.issues.get('SOC-3')!.status).toBe('Done');
    expect(jira.posted().filter((entry) => entry.startsWith('SOC-3'))).toHaveLength(4);
  });

  test('a required field fails the run for good and says which; a 429 is waited for', async () => {
    jira.add('SOC-4', 'QA', {
      workflow: { ...neighbours, transitions: [{ id: '41', name: 'Close', from: ['QA'], to: 'Done', required: ['resolution'] }] },
    });
    const delivery = await send('pull_request', pull('merged', { id: 4, number: 24, title: 'SOC-4' }));
    expect(delivery.runs.find((run) => (run['watch'] as { key: string }).key === 'jira')).toMatchObject({
      status: 'failed',
      code: 'ticket_field_required',
    });
    expect(jiraResults(delivery)).toMatchObject([{ key: 'SOC-4', from: 'QA', status: 'failed', code: 'ticket_field_required' }]);
    jira.add('SOC-5', 'QA');
    let times = 0;
    jira.interfere = () => ((times += 1) === 1 ? { status: 429, headers: { 'retry-after': '1' } } : undefined);
    const waited = await send('pull_request', pull('merged', { id: 5, number: 25, title: 'SOC-5' }));
    jira.interfere = undefined;
    expect(jiraResults(waited)).toMatchObject([{ key: 'SOC-5', status: 'moved', to: 'Done' }]);
  });

  test('a dry run of the watch sends nothing and reads no secret', async () => {
    const runs = await world.list('/api/runs?watch=rehearsal');
    expect(runs.length).toBeGreaterThan(0);
    const { steps } = await world.api<{ steps: { attempts: { request: { method: string; body: string } }[] }[] }>(
      `/api/runs/${String(runs[0]!['id'])}`,
    );
    expect(steps[0]!.attempts[0]!.request).toMatchObject({ method: 'DRY-RUN', body: expect.stringContaining('"connection":"JIRA"') });
  });

  test('a connection is tested by the API, and its end is told', async () => {
    const path = '/api/repos/acme/app/tickets/test-connection';
    expect(await world.api(path, { method: 'POST', body: { connection: 'JIRA' } })).toMatchObject({
      account: 'The bot',
      url: jira.url,
      flavor: 'cloud',
      warning: expect.stringContaining('in 8 days'),
    });
    expect(await world.api(path, { method: 'POST', body: { connection: 'NOPE' }, status: 422 })).toMatchObject({
      code: 'secret_not_found',
    });
    await world.api('/api/secrets/ELSEWHERE', {
      method: 'PUT',
      body: { value: JSON.stringify({ url: jira.url, pat: 'x' }), destinations: ['jira.acme.test'] },
    });
    expect(await world.api(path, { method: 'POST', body: { connection: 'ELSEWHERE' }, status: 422 })).toMatchObject({
      code: 'secret_destination_not_allowed',
    });
    expect(await world.list('/api/audit?action=connection.tested')).toMatchObject([
      { target: { name: 'acme/app' }, after: { connection: 'JIRA' } },
    ]);
  });
});

describe('our own tickets and issues on GitHub', () => {
  test('a pull request gets a ticket: opened In Review, merged Merged; a late webhook changes nothing', async () => {
    const opened = await send('pull_request', pull('opened', { id: 30, number: 30, title: 'Tidy up' }));
    expect(opened.tickets).toMatchObject([{ key: expect.stringMatching(/^T-\d+$/), from: 'Open', to: 'In Review', status: 'moved' }]);
    const merged = await send('pull_request', pull('merged', { id: 30, number: 30, title: 'Tidy up' }));
    expect(merged.tickets).toMatchObject([{ key: opened.tickets[0]!.key, from: 'In Review', to: 'Merged', status: 'moved' }]);
    const [ticket] = await world.list(`/api/tickets?key=${opened.tickets[0]!.key}`);
    expect(ticket).toMatchObject({ provider: 'builtin', title: 'Tidy up', status: 'Merged', pr_number: 30, issue_number: null });
  });

  test('a ticket becomes an issue once, a merge that fixes it moves both, and an issue becomes a ticket once', async () => {
    const ticket = await world.api<ApiObject & { id: string }>('/api/tickets', {
      method: 'POST',
      body: { repository: 'acme/app', title: 'Broken', body: 'It is.' },
      status: 201,
    });
    expect(ticket).toMatchObject({ status: 'Open', issue_number: null, key: `T-${ticket.id}` });
    const made = await Promise.all(
      [1, 2].map(() => world.api<{ issue_number: number }>(`/api/tickets/${ticket.id}/issue`, { method: 'POST' })),
    );
    const number = made[0]!.issue_number;
    expect(made[1]!.issue_number).toBe(number);
    expect(await world.github!.issues('acme/app')).toMatchObject([{ number, title: 'Broken' }]);
    await world.api(`/api/repos/acme/app/issues/${number}/ticket`, { method: 'POST', status: 409 });
    await quiet(world);
    const merged = await send('pull_request', pull('merged', { id: 40, number: 40, title: 'Mend it', body: `fixes #${number}` }));
    expect(merged.tickets).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ key: `T-${ticket.id}`, from: 'Open', to: 'Merged', status: 'moved' }),
        expect.objectContaining({ key: `#${number}`, from: 'Open', to: 'Merged', status: 'moved', provider: 'github' }),
      ]),
    );
    expect(await world.github!.issues('acme/app')).toMatchObject([{ state: 'closed', labels: [{ name: 'Merged' }] }]);
    expect(await world.api(`/api/tickets/${ticket.id}`)).toMatchObject({ status: 'Merged', pr_number: 40, issue_number: number });
    await world.database.db.raw('delete from tickets where id = ?', [ticket.id]);
    const path = `/api/repos/acme/app/issues/${number}/ticket`;
    expect(await world.api(path, { method: 'POST', status: 201 })).toMatchObject({
      title: 'Broken',
      status: 'Closed',
      issue_number: number,
      history: [],
    });
    expect(await world.api(path, { method: 'POST', status: 409 })).toMatchObject({ code: 'ticket_exists' });
    await world.api('/api/repos/acme/app/issues/999/ticket', { method: 'POST', status: 404 });
    const audit = await world.list('/api/audit?action=ticket.');
    expect(audit.map(({ action, after }) => [action, after])).toEqual([
      ['ticket.created', { repository: 'acme/app', issue_number: number }],
      ['ticket.issue_opened', { issue_number: number }],
      ['ticket.created', { repository: 'acme/app', title: 'Broken' }],
    ]);
  });

  test('an issue that is opened gets a ticket', async () => {
    const opened = await send(
      'issues',
      issuesPayload({ action: 'opened', ...place, fields: { id: 77, number: 770, title: 'Help', state: 'open' } }),
    );
    expect(opened.tickets).toMatchObject([{ from: 'Open', to: 'Open', status: 'unchanged', code: 'ticket_already_there' }]);
    expect(await world.list(`/api/tickets?key=${opened.tickets[0]!.key}`)).toMatchObject([{ issue_number: 770, title: 'Help' }]);
  });
});
