import { describe, expect, test } from '@jest/globals';
import { bench, connection, results, run, useJiraBench } from '../../../test/support/jira-bench.ts';
import { explainExpiry, openConnection, parseConnection } from './connection.ts';
import { judgeJiraAnswer } from './judge-answer.ts';
import { toRichText } from './rich-text.ts';

useJiraBench();

describe('connections (K6, K7)', () => {
  test('basic on a site, scoped tokens by api.atlassian.com, a bearer token on a Data Center', () => {
    const basic = `Basic ${Buffer.from('a@b.c:t').toString('base64')}`;
    const cases: [object, object][] = [
      [
        { site: 'acme', email: 'a@b.c', token: 't' },
        { url: 'https://acme.atlassian.net', flavor: 'cloud', authorization: basic },
      ],
      [
        { site: 'acme.atlassian.net', email: 'a@b.c', token: 't' },
        { url: 'https://acme.atlassian.net', flavor: 'cloud' },
      ],
      [
        { cloud_id: '1234-ab', email: 'a@b.c', token: 't' },
        { url: 'https://api.atlassian.com/ex/jira/1234-ab', flavor: 'cloud', authorization: basic },
      ],
      [
        { cloud_id: '1234-ab', token: 't' },
        { flavor: 'cloud', authorization: 'Bearer t' },
      ],
      [
        { url: 'https://jira.acme.test/jira/', pat: 't' },
        { url: 'https://jira.acme.test/jira', flavor: 'dc', authorization: 'Bearer t' },
      ],
      [
        { url: 'https://jira.acme.test', email: 'bot', token: 't', flavor: 'dc' },
        { flavor: 'dc', authorization: `Basic ${Buffer.from('bot:t').toString('base64')}` },
      ],
    ];
    for (const [written, value] of cases) expect(parseConnection(JSON.stringify(written))).toMatchObject({ ok: true, value });
  });

  test.each<[string, RegExp]>([
    ['secret-text-1', /no JSON/],
    ['{"site":"acme"}', /no token/],
    ['{"token":"secret-text-1"}', /one of `site`/],
    ['{"site":"acme","cloud_id":"1","token":"secret-text-1"}', /one of `site`/],
    ['{"site":"acme","tokn":"secret-text-1"}', /tokn is not known/],
    ['{"url":"ftp://secret-text-1","token":"t"}', /address/],
    ['{"url":"https://a:secret-text-1@b","token":"t"}', /more than a place/],
    ['{"site":"acme","token":"secret-text-1","expires_at":"soon"}', /expires_at/],
    ['{"site":"acme","token":"secret\\ntext-1"}', /cannot be sent/],
  ])('%s is refused and not repeated', (text, why) => {
    const parsed = parseConnection(text);
    expect(parsed).toMatchObject({ ok: false, code: 'ticket_connection_invalid', message: expect.stringMatching(why) });
    expect(JSON.stringify(parsed)).not.toContain('secret-text-1');
  });

  test('a token that ends soon is told in the attempt', async () => {
    bench.cloud.add('SOC-1', 'QA');
    const secrets = { JIRA: JSON.stringify({ ...(JSON.parse(connection(bench.cloud)) as object), expires_at: '2026-12-11' }) };
    expect(await run({}, { secrets })).toMatchObject({
      result: 'succeeded',
      record: { log: [expect.stringContaining('ends on 2026-12-11, in 19 days'), expect.anything()] },
    });
    const made = openConnection({ site: 'acme', token: 't', expires_at: '2027-06-01' });
    expect(made.ok && explainExpiry(made.value, new Date('2026-11-21'))).toBeUndefined();
    expect(made.ok && explainExpiry(made.value, new Date('2027-07-01'))).toContain('ended on 2027-06-01');
  });

  test('the test asks who it is, and changes nothing', async () => {
    expect(await run({ test: true })).toMatchObject({
      result: 'succeeded',
      outputs: { account: 'The bot', flavor: 'cloud', url: bench.cloud.url },
    });
    expect(await run({ test: true }, { jira: bench.dc })).toMatchObject({ outputs: { account: 'The bot', flavor: 'dc' } });
    expect(bench.cloud.requests.map(({ path }) => path)).toEqual(['/rest/api/3/myself']);
    expect(bench.dc.requests.map(({ path }) => path)).toEqual(['/rest/api/2/myself']);
  });

  test('a Data Center is spoken to in its own way', async () => {
    bench.dc.add('SOC-1', 'QA');
    expect(results(await run({ comment: 'Merged.\n\nSee https://x.test' }, { jira: bench.dc }))).toMatchObject([{ status: 'moved' }]);
    expect(bench.dc.issues.get('SOC-1')!.comments).toMatchObject([{ body: 'Merged.\n\nSee https://x.test' }]);
  });

  test('a wrong token is final and asked with once; the token is in nothing that is kept', async () => {
    for (const key of ['SOC-1', 'SOC-2']) bench.cloud.add(key, 'QA');
    const secrets = { JIRA: JSON.stringify({ url: bench.cloud.url, email: 'bot@acme.test', token: 'wrong-token-9999' }) };
    bench.cloud.interfere = () => ({ status: 401, body: { errorMessages: ['wrong-token-9999 is wrong'] } });
    const outcome = await run({ keys: 'SOC-1 SOC-2' }, { secrets });
    expect(outcome).toMatchObject({ result: 'failed', code: 'ticket_unauthorized', retryable: false });
    expect(bench.cloud.requests).toHaveLength(1);
    expect(JSON.stringify([outcome, bench.book.results])).not.toContain('wrong-token-9999');
  });

  test('the connection can stand in the step; what does not fit together is refused', async () => {
    bench.cloud.add('SOC-1', 'QA');
    const auth = { email: 'bot@acme.test', token: 'jira-token-1234' };
    expect(results(await run({ connection: undefined, url: bench.cloud.url, auth }))).toMatchObject([{ status: 'moved' }]);
    expect(await run({ connection: undefined })).toMatchObject({ code: 'action_input_invalid' });
    expect(await run({ auth })).toMatchObject({ code: 'action_input_invalid' });
    expect(await run({ connection: 'NOPE' })).toMatchObject({ code: 'secret_not_found' });
  });
});

describe('limits (K8, K9)', () => {
  const at = new Date('2026-11-21T12:00:00Z');
  test.each<[status: number, headers: Record<string, string>, verdict: object]>([
    [
      429,
      { 'retry-after': '17', 'ratelimit-reason': 'jira-burst-based' },
      { code: 'ticket_limited', retryable: true, retryAfterSeconds: 17, stopsAll: true },
    ],
    [429, { 'retry-after': '3', 'ratelimit-reason': 'jira-per-issue-on-write' }, { retryAfterSeconds: 3, stopsAll: false }],
    [429, { 'x-ratelimit-reset': '2026-11-21T12:00:30Z' }, { retryAfterSeconds: 30 }],
    [503, { 'retry-after': '120' }, { code: 'ticket_provider_failed', retryable: true, retryAfterSeconds: 120 }],
    [500, {}, { code: 'ticket_provider_failed', retryable: true }],
    [403, {}, { code: 'ticket_forbidden', retryable: false }],
    [302, {}, { code: 'ticket_answer_invalid', retryable: false }],
  ])('%s with %j', (status, headers, verdict) => {
    expect(judgeJiraAnswer({ status, headers, body: undefined, what: 'SOC-1' }, at)).toMatchObject(verdict);
  });

  test('429 is waited for as long as Jira says, and nothing else is sent meanwhile', async () => {
    for (const key of ['SOC-1', 'SOC-2']) bench.cloud.add(key, 'QA');
    bench.cloud.interfere = () => ({ status: 429, headers: { 'retry-after': '41' } });
    expect(await run({ keys: 'SOC-1 SOC-2' })).toMatchObject({ code: 'ticket_limited', retryable: true, retryAfterSeconds: 41 });
    expect(bench.cloud.requests).toHaveLength(1);
  });
});

describe('comments', () => {
  test('rich text for Cloud, once for one thing', async () => {
    bench.cloud.add('SOC-1', 'QA');
    const comment = 'Merged by ada\nhttps://github.test/acme/app/pull/42\n\nThanks';
    expect(results(await run({ comment }))).toMatchObject([{ status: 'moved' }]);
    await run({ comment }, { attempt: 2 });
    const { comments } = bench.cloud.issues.get('SOC-1')!;
    expect(comments).toMatchObject([{ body: toRichText(comment) }]);
    expect(JSON.stringify(comments[0]!.body)).toContain('"href":"https://github.test/acme/app/pull/42"');
  });

  test('otherwise: it could not be moved, and the comment says so in place of a failure', async () => {
    bench.cloud.add('SOC-1', 'To Do', { workflow: { statuses: {}, transitions: [] } });
    bench.cloud.add('SOC-2', 'QA');
    const outcome = await run({ comment: { text: 'Please move me', when: 'otherwise' }, keys: 'SOC-1 SOC-2' });
    expect(results(outcome)).toMatchObject([
      { key: 'SOC-1', status: 'commented', code: 'ticket_unreachable' },
      { key: 'SOC-2', status: 'moved' },
    ]);
    expect([bench.cloud.issues.get('SOC-1')!.comments.length, bench.cloud.issues.get('SOC-2')!.comments.length]).toEqual([1, 0]);
  });

  test('a comment whose answer was lost is looked for before it is sent again', async () => {
    bench.cloud.add('SOC-1', 'QA');
    bench.cloud.interfere = ({ method, path, body }) => {
      if (method !== 'POST' || !path.endsWith('/comment')) return undefined;
      bench.cloud.issues.get('SOC-1')!.comments.push(body as never);
      bench.cloud.interfere = undefined;
      return 'cut';
    };
    expect(await run({ comment: 'Hello', machine: undefined, event: undefined, projects: ['SOC'] })).toMatchObject({ retryable: true });
    expect(results(await run({ comment: 'Hello', machine: undefined, event: undefined, projects: ['SOC'] }))).toMatchObject([
      { status: 'commented' },
    ]);
    expect(bench.cloud.issues.get('SOC-1')!.comments).toHaveLength(1);
  });
});
