import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { actionTools, createTestDoor } from '../../../test/support/action-tools.ts';
import { attemptContext, pushFacts } from '../../../test/support/attempt-context.ts';
import { RepoWatchError } from '../../core/errors.ts';
import type { ErrorCode } from '../../core/error-catalogue.ts';
import { createLog } from '../../core/log.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import type { AttemptContext } from '../action.ts';
import type { RunFacts } from '../run-facts.ts';
import type { Door } from '../door.ts';
import { kind } from './index.ts';
import { scriptInput } from './script-input.ts';
import { createScriptPool, type ScriptPool } from './pool.ts';

let pool: ScriptPool;
let door: Door;
let origin = '';
const seen: string[] = [];
const sink = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => (body += text));
  request.on('end', () => {
    seen.push(`${request.method} ${request.url} ${String(request.headers['x-token'])} ${body}`);
    if (request.url === '/large') response.end('x'.repeat(1024 * 1024 + 1));
    else response.setHeader('x-answer', 'yes').end('{"deploy":true}');
  });
});

beforeAll(async () => {
  sink.listen(0, '127.0.0.1');
  await once(sink, 'listening');
  const { port } = sink.address() as AddressInfo;
  origin = `http://127.0.0.1:${port}`;
  door = createTestDoor(`127.0.0.1:${port}`);
  pool = createScriptPool({ size: 2, log: createLog({ level: 'silent' }) });
});
afterAll(async () => {
  await pool.close();
  await door.close();
  sink.close();
});

const noFile = async (): Promise<Outcome<string, ErrorCode>> => failed('github_not_found', 'no file');

function run(
  input: object,
  changes: Partial<AttemptContext<unknown>> = {},
  readFile: (facts: RunFacts, path: string) => Promise<Outcome<string, ErrorCode>> = noFile,
) {
  return kind.run(attemptContext(scriptInput.parse(input), changes), actionTools({ scripts: pool, door, readFile }));
}

const body = (text: string) => ({
  run: `export default async ({ change, repository, ref, before, after, commit, commits, actor, event, env, secrets, steps, fetch, log, run }) => { ${text} };`,
});

describe('what a script is given', () => {
  test('the facts of the run, as values', async () => {
    const outcome = await run(
      body(
        'return { id: change.id, repository: repository.full_name, ref: ref.name, before, after, message: commit.message, n: commits.length, actor: actor.login, event, steps, run };',
      ),
      {
        steps: { gate: { outputs: { deploy: true } } },
      },
    );
    expect(outcome).toMatchObject({
      result: 'succeeded',
      outputs: {
        id: '42',
        repository: 'acme/app',
        ref: 'main',
        before: 'a'.repeat(40),
        after: 'b'.repeat(40),
        message: 'Say it "; x',
        n: 1,
        actor: 'ada',
        event: { pusher: { name: 'ada' } },
        steps: { gate: { outputs: { deploy: true } } },
        run: { id: '71', watch: 'notify', attempt: 1, idempotency_key: 'key-1' },
      },
    });
  });

  test('the environment of older systems beside its own', async () => {
    const base = pushFacts();
    const facts = { ...base, repository: { ...base.repository, html_url: 'https://github.test/acme/app' } };
    expect(await run(body('return env;'), { facts, env: { TOKEN: 't', TRIGGER_TYPE: 'mine' } })).toMatchObject({
      outputs: {
        TOKEN: 't',
        TRIGGER_TYPE: 'mine',
        BRANCH_NAME: 'main',
        COMMIT_SHA: 'b'.repeat(40),
        COMMIT_MESSAGE: 'Say it "; x',
        COMMIT_AUTHOR: 'Ada',
        COMMIT_DATE: '2026-11-21T11:59:00Z',
        PROJECT_ID: '9',
        PROJECT_NAME: 'app',
        PROJECT_URL: 'https://github.test/acme/app',
      },
    });
    const project = { id: 5, name: 'Shop', url: 'https://repowatch.test/projects/5' };
    expect(await run(body('return env;'), { facts: { ...facts, project } })).toMatchObject({
      outputs: { PROJECT_ID: '5', PROJECT_NAME: 'Shop', PROJECT_URL: 'https://repowatch.test/projects/5' },
    });
    const replay = pushFacts({ run: { id: '1', watch: 'w', replay: true }, ref: { kind: 'tag', name: 'v1' }, commit: null });
    expect(await run(body('return env;'), { facts: replay })).toMatchObject({
      outputs: { TRIGGER_TYPE: 'manual', BRANCH_NAME: '', COMMIT_MESSAGE: '' },
    });
  });

  test('hostile text stays text, byte for byte', async () => {
    const hostile = '`${process.exit()}`"; throw 1; //\u2028\u0000</script>日本\ud800\\u0041\n*/ })(); ';
    const outcome = await run(body('return { message: env.COMMIT_MESSAGE, secret: secrets.S, same: env.COMMIT_MESSAGE === secrets.S };'), {
      facts: pushFacts({ commit: { id: 'c', message: hostile } }),
      secrets: { S: hostile },
    });
    expect(outcome).toMatchObject({ result: 'succeeded', outputs: { message: hostile, secret: hostile, same: true } });
  });

  test('an event larger than 1 MiB is refused where it is used, and only there', async () => {
    const facts = pushFacts({ event: { large: 'x'.repeat(1024 * 1024) } });
    expect(await run({ run: 'export default (given) => ({ id: given.change.id });' }, { facts })).toMatchObject({ result: 'succeeded' });
    expect(await run({ run: 'export default (given) => given.event;' }, { facts })).toMatchObject({
      code: 'script_failed',
      message: expect.stringContaining('1 MiB'),
    });
  });
});

describe('fetch', () => {
  test('goes out through the door and comes back as an answer', async () => {
    const text = `const r = await fetch("${origin}/gate", { method: "PUT", headers: { "x-token": secrets.T }, body: { sha: after } }); return { status: r.status, ok: r.ok, answer: r.headers["x-answer"], json: await r.json(), text: await r.text() };`;
    expect(await run(body(text), { secrets: { T: 'tok' } })).toMatchObject({
      outputs: { status: 200, ok: true, answer: 'yes', json: { deploy: true }, text: '{"deploy":true}' },
    });
    expect(seen).toContain(`PUT /gate tok {"sha":"${'b'.repeat(40)}"}`);
  });

  test.each([
    ['"https://127.0.0.1:1/"', 'destination_not_allowed'],
    ['"https://169.254.169.254/latest/meta-data"', 'destination_not_allowed'],
    ['"http://[::ffff:127.0.0.1]/"', 'destination_not_allowed'],
    ['"file:///etc/passwd"', 'destination_not_allowed'],
    ['"nonsense"', 'action_input_invalid'],
    ['{ toString: () => "https://10.0.0.1/" }', 'destination_not_allowed'],
    ['"https://example.com", { headers: { host: "x" } }', 'action_input_invalid'],
    ['"https://example.com", { headers: { "x-branch": "日本" } }', 'action_input_invalid'],
    ['"https://example.com", { method: "CONNECT" }', 'does not take'],
  ])('(%s) is an error that the script can catch: %s', async (values, message) => {
    const outcome = await run(body(`try { await fetch(${values}); } catch (error) { return { message: error.message }; }`));
    expect(outcome).toMatchObject({ result: 'succeeded', outputs: { message: expect.stringContaining(message) } });
  });

  test('asks whether a secret may go there, and gives up on an answer beyond 1 MiB', async () => {
    const checkDestination = (url: URL) => {
      if (url.pathname === '/forbidden') throw new RepoWatchError('secret_destination_not_allowed', 'The secret T may not be sent there.');
    };
    const before = seen.length;
    expect(await run(body(`await fetch("${origin}/forbidden");`), { checkDestination })).toMatchObject({
      code: 'script_failed',
      message: expect.stringContaining('secret_destination_not_allowed'),
    });
    expect(seen.length).toBe(before);
    expect(await run(body(`await fetch("${origin}/large");`))).toMatchObject({
      code: 'script_failed',
      message: expect.stringContaining('1 MiB'),
    });
  });
});

describe('what is kept', () => {
  test('log lines and messages are masked, outputs have no __proto__', async () => {
    const mask = (text: string) => text.replaceAll('geheim', '***');
    const outcome = await run(
      body(
        'log("the secret is", secrets.S, { s: secrets.S }); console.log("again", 1); return JSON.parse(\'{"__proto__":{"a":1},"b":2}\');',
      ),
      { mask, secrets: { S: 'geheim' } },
    );
    expect(outcome).toEqual({ result: 'succeeded', outputs: { b: 2 }, record: { log: ['the secret is *** {"s":"***"}', 'again 1'] } });
    expect(await run(body('log("x"); throw new Error(secrets.S)'), { mask, secrets: { S: 'geheim' } })).toEqual({
      result: 'failed',
      code: 'script_failed',
      message: 'Error: *** (line 1)',
      retryable: false,
      record: { log: ['x'] },
    });
  });

  test('outputs nested without end are refused', async () => {
    expect(await run(body('let a = {}; for (let i = 0; i < 5000; i += 1) a = { a }; return a;'))).toMatchObject({
      code: 'script_output_too_large',
    });
    expect(await run(body('return { a: "日".repeat(60000) };'))).toMatchObject({ code: 'script_output_too_large' });
  });
});

describe('inputs', () => {
  test('a file is read for the facts of the run', async () => {
    const asked: unknown[] = [];
    const readFile = async (facts: RunFacts, path: string) => {
      asked.push(facts.repository['full_name'], path);
      return ok('export default ({ change }) => ({ id: change.id });');
    };
    expect(await run({ file: '.github/repowatch/gate.js' }, {}, readFile)).toMatchObject({ result: 'succeeded', outputs: { id: '42' } });
    expect(asked).toEqual(['acme/app', '.github/repowatch/gate.js']);
    expect(await run({ file: 'gone.js' })).toMatchObject({
      result: 'failed',
      code: 'github_not_found',
      retryable: false,
      message: 'no file',
    });
    const down = async () => failed('github_unavailable', 'down');
    expect(await run({ file: 'a.js' }, {}, down)).toMatchObject({ code: 'github_unavailable', retryable: true });
    const large = async () => ok(`//${'x'.repeat(128 * 1024)}`);
    expect(await run({ file: 'a.js' }, {}, large)).toMatchObject({ code: 'script_invalid' });
  });

  test('time is the smaller of its own and the step’s', async () => {
    expect(await run({ ...body('await new Promise(() => {});'), timeout: '200ms' })).toMatchObject({
      code: 'script_timeout',
      message: expect.stringContaining('200 ms'),
    });
    expect(await run({ ...body('await new Promise(() => {});'), timeout: '60s' }, { timeoutMs: 150 })).toMatchObject({
      code: 'script_timeout',
      message: expect.stringContaining('150 ms'),
    });
  });

  test.each([
    [{}],
    [{ run: 'x', file: 'y' }],
    [{ run: '' }],
    [{ run: 'x', timeout: '2' }],
    [{ run: 'x', timeout: '61s' }],
    [{ run: 'x', timeout: '1ms' }],
    [{ run: 'x', memory: '4MB' }],
    [{ run: 'x', memory: '1GB' }],
    [{ run: 'x', memory: '129MB' }],
    [{ run: 'x', cpu: '10ms' }],
    [{ run: 'x', output: '257KB' }],
    [{ run: 'x', log: '0KB' }],
    [{ run: 'x', fetches: 101 }],
    [{ run: 'x', permissions: { issues: 'admin' } }],
    [{ run: 'x', permissions: { administration: 'write' } }],
    [{ run: 'x', permissions: { 'Issues ': 'read' } }],
    [{ run: 'x', language: 'coffee' }],
    [{ run: 'x', shell: 'bash' }],
    [{ run: 'x'.repeat(128 * 1024 + 1) }],
  ])('%j is refused by the schema', (input) => {
    expect(scriptInput.safeParse(input).success).toBe(false);
  });
});
