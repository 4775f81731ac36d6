import { expect, test } from '@jest/globals';
import { contract } from '../../src/actions/email/contract.fixture.ts';
import { createWorkingCopy } from '../../src/stand-in/git-client.ts';
import { configOf, quiet, track } from '../support/story.ts';
import { startTestApp } from '../support/test-app.ts';

test('a push becomes a message to Slack and a mail, once each; addresses and passwords are in nothing that is kept', async () => {
  const receiver = await contract.createReceiver!();
  await using _closing = { [Symbol.asyncDispose]: () => receiver.close() };
  const smtp = receiver.url.replace('smtp://', 'smtp://ada:geheimes-wort@');
  await using world = await startTestApp({
    github: true,
    settings: { SMTP_URL: smtp, MAIL_FROM: 'RepoWatch <watch@acme.test>', OUTBOUND_ALLOW: '127.0.0.1' },
  });
  const hook = `${world.sink.url}/services/T000/B000/geheimer-pfad`;
  await world.api('/api/secrets/SLACK', { method: 'PUT', body: { value: hook } });
  const steps = [
    { uses: 'slack', with: { url: '${{ secrets.SLACK }}', text: '${{ commit.message }}' } },
    { uses: 'email', with: { to: 'ada@acme.test', subject: '${{ repository.full_name }}', text: '${{ commit.message }}' } },
  ];
  const config = configOf({ tell: { on: 'push', steps }, rehearse: { on: 'push', mode: 'dry-run', steps } });
  await track(world, 'app', { '.github/repowatch.yml': config });
  const clone = await createWorkingCopy({ url: `${world.github!.url}/acme/app.git`, directory: `${world.directory}/clone` });
  await clone.commit({ 'a.txt': 'a' }, 'fix: <!channel> look');
  await clone.push();
  await quiet(world);
  expect(world.sink.requests).toMatchObject([
    { path: '/services/T000/B000/geheimer-pfad', json: { text: 'fix: &lt;!channel> look', unfurl_links: false } },
  ]);
  expect(receiver.keys).toEqual([expect.stringMatching(/^<msg_\S+@acme\.test>$/)]);
  expect((await world.list('/api/runs')).map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
  const { rows } = await world.database.db.raw<{ rows: { kept: string }[] }>(
    `select concat_ws(' ', a::text, s::text) as kept from attempts a full join steps s on s.run_id = a.run_id`,
  );
  expect(rows.length).toBeGreaterThan(3);
  for (const { kept } of rows) expect(kept).not.toMatch(/geheim/);
  expect(world.logs.join('\n')).not.toMatch(/geheim/);
});
