import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hurryWrites } from '../../../test/support/hurry-writes.ts';
import { openSite, type SiteClient } from '../../../test/support/site-client.ts';
import { track } from '../../../test/support/story.ts';
import { adminToken, startTestApp, type ApiObject, type TestApp } from '../../../test/support/test-app.ts';
import { fieldOf } from './json-fields.ts';
import { readField } from './field-text.ts';

const path = '.github/repowatch.yml';
const file = `# ours
version: 1
watches:
  main: # the first
    on: { push: { branches: [main] } }
    steps:
      - uses: webhook
        with: { url: 'https://hooks.example.com/main' }
`;
const editor = '/repos/acme/app/config/edit';
const permissions = { metadata: 'read', contents: 'write', pull_requests: 'write', checks: 'write' };

let world: TestApp;
let site: SiteClient;

/** What a script of the page would get. */
async function askParts(fields: Record<string, string>): Promise<ApiObject> {
  const headers = { cookie: site.cookie, origin: world.url, accept: 'application/json' };
  const response = await fetch(`${world.url}${editor}`, { method: 'POST', headers, body: new URLSearchParams(fields) });
  return (await response.json()) as ApiObject;
}

/** The fields that the page sends along by itself. */
function hiddenOf(text: string): Record<string, string> {
  const found = [...text.matchAll(/<input type="hidden" name="([a-z_]+)" value="([^"]*)"/g)];
  return Object.fromEntries(found.map(([, name = '', value = '']) => [name, value]));
}

async function baseSha(): Promise<string> {
  const { latest } = await world.api<{ latest: { config_sha: string } }>('/api/repos/acme/app/config');
  return latest.config_sha;
}

const propose = async (body: Record<string, unknown>, status = 201, headers: Record<string, string> = {}) => {
  const response = await fetch(`${world.url}/api/repos/acme/app/config/proposals`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as ApiObject;
  if (response.status !== status) throw new Error(`${response.status}: ${JSON.stringify(answer)}`);
  return answer;
};

beforeAll(async () => {
  world = await startTestApp({ github: true, permissions });
  await hurryWrites(world.database.db);
  await track(world, 'app', { [path]: file });
  await world.github!.commitFile({ repo: 'acme/app', branch: 'main', path: 'src/a.ts', content: 'a', message: 'First <b>of</b> all' });
  await world.eventually('the push', async () => (await world.list('/api/changes?type=branch.updated')).length > 0);
  site = await openSite(world.url);
}, 60_000);

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

test('a field of a million line ends is read at once', () => {
  const text = `${'\n'.repeat(1_000_000)}x`;
  const field = fieldOf('text', { type: 'string' }, { path: ['text'], value: 'y' });
  expect(readField(field, `${text}\r\n\n`)).toEqual({ is: 'changed', value: text });
});

describe('the watch editor', () => {
  test('without a script changes the file by its form, and the form by its text', async () => {
    const page = await site.get('/repos/acme/app/watches/main');
    expect(page.status).toBe(200);
    const hidden = hiddenOf(page.text);
    const byForm = await site.post(editor, {
      ...hidden,
      content: file,
      op: 'form',
      '/watches/main/if': "actor.type != 'Bot'",
      watch_key: 'main',
    });
    expect(byForm.text).toContain('    on: { push: { branches: [main] } }\n    if: actor.type != &#39;Bot&#39;\n    steps:');
    expect(byForm.text).toContain('  main: # the first');
    const byText = await site.post(editor, {
      ...hidden,
      content: file.replace('[main]', '[main, next]'),
      op: 'text',
      '/watches/main/if': 'x',
    });
    expect(byText.text).toMatch(/name="\/watches\/main\/on\/push\/branches"[^>]*>\s*main\nnext<\/textarea/);
    expect(byText.text).not.toContain('if: x');
  });

  test('names problems at their line and at their field, and keeps text that is no YAML', async () => {
    const hidden = { part: 'main', managed: 'file' };
    const wrong = await askParts({ ...hidden, content: file.replace('webhook', 'webhok'), op: 'text' });
    expect(wrong['marks']).toEqual([{ line: 7, column: 15, severity: 'error' }]);
    expect(wrong['remarks']).toHaveProperty(['/watches/main/steps/0/uses', 'severity'], 'error');
    const broken = await askParts({ ...hidden, content: 'a: [', op: 'text' });
    expect(broken['content']).toBe('a: [');
    expect(broken['form']).toContain('The text is not YAML');
  });

  test('tries the file on what happened, and says what it would add', async () => {
    const fields = { part: 'main', managed: 'file', op: 'simulate', changes: '20', days: '0' };
    const same = await askParts({ ...fields, content: file });
    expect(same['simulation']).toMatch(/Would have run (?:once|\d+ times)<\/strong>/);
    expect(same['simulation']).toContain('https://hooks.example.com/main');
    const none = await askParts({ ...fields, content: file.replace('[main]', '[next]') });
    expect(none['simulation']).toContain('Would not have run');
    expect(none['simulation']).toContain('on.push.branches');
    expect(none['simulation']).toContain('Runs that would be gone');
    expect(String(none['simulation'])).not.toContain('<b>of</b>');
  });

  test('saves a watch of the API, and opens it again', async () => {
    const content = `${file}  other:\n    on: tag\n    steps: [{ uses: webhook, with: { url: 'https://hooks.example.com/tags' } }]\n`;
    const saved = await site.post(editor, { part: 'other', managed: 'file', content, op: 'save' });
    expect(saved.location).toBe('/repos/acme/app/watches/other?notice=saved');
    const page = await site.get('/repos/acme/app/watches/other');
    expect(page.text).toContain('name="managed" value="api"');
    expect(page.text).toContain('https://hooks.example.com/tags');
    expect((await site.get('/repos/acme/app/watches/none')).status).toBe(404);
  });
});

describe('a proposed file', () => {
  const content = file.replace('[main]', '[main, next]');

  test('is committed to a branch of its own and opened once, however often it is asked for', async () => {
    const base = await baseSha();
    const body = { content, base_sha: base, title: 'Watch next, too', message: 'Because.', branch: 'repowatch/next' };
    const made = await propose(body);
    expect(made).toMatchObject({ number: 1, existing: false, branch: 'repowatch/next' });
    expect(await propose(body, 200)).toMatchObject({ number: 1, existing: true, commit_sha: made['commit_sha'] });
    expect((await world.github!.refs('acme/app'))['refs/heads/repowatch/next']).toBe(made['commit_sha']);
    expect((await world.api<{ latest: ApiObject }>('/api/repos/acme/app/config')).latest['content']).toBe(file);
    const [audit] = await world.list('/api/audit?action=config.proposed&limit=1');
    expect(audit).toMatchObject({ target: { name: 'acme/app' }, after: { number: 1, branch: 'repowatch/next' } });
  });

  test('goes on where an answer was lost', async () => {
    await world.github!.setFailure({ method: 'PUT', path: '/contents/', status: 500, disconnect: true, after: true });
    const lost = file.replace('[main]', '[main, lost]');
    const made = await propose({ content: lost, base_sha: await baseSha(), title: 'Once', branch: 'repowatch/lost' });
    const log = await world.github!.refs('acme/app');
    expect(log['refs/heads/repowatch/lost']).toBe(made['commit_sha']);
  });

  test('is refused when it is broken, when the file is another by now, and when the branch is taken', async () => {
    const base = await baseSha();
    const wish = { content, base_sha: base, title: 'Again' };
    expect(await propose({ ...wish, content: 'version: 1\n' }, 422)).toMatchObject({ code: 'config_invalid' });
    expect(await propose({ ...wish, base_sha: null, branch: 'b' }, 409)).toMatchObject({ code: 'conflict' });
    expect(await propose({ ...wish, content: file }, 409)).toMatchObject({ code: 'conflict' });
    expect(await propose({ ...wish, content: content.replace('next', 'more'), branch: 'repowatch/next' }, 409)).toMatchObject({
      code: 'conflict',
    });
    expect(await propose({ ...wish, branch: 'main' }, 422)).toMatchObject({ code: 'request_invalid' });
  });

  test('needs what the installation has granted: without it the page says what is missing, and how else it goes', async () => {
    await world.github!.editApp({ permissions: { metadata: 'read', contents: 'read' } });
    await world.github!.acceptPermissions('acme');
    await world.eventually('the permissions taken back', async () => {
      const [installation] = await world.list('/api/installations');
      return (installation!['permissions'] as ApiObject)['contents'] === 'read';
    });
    const refused = await propose({ content, base_sha: await baseSha(), title: 'Again', branch: 'c' }, 502);
    expect(refused).toMatchObject({ code: 'github_forbidden' });
    expect(refused['detail']).toContain('contents: write');
    const page = await site.get(editor);
    expect(page.text).toContain('config_proposals');
    expect(page.text).toContain('Copy the file');
    expect(page.text).not.toContain('Open pull request');
  });
});
