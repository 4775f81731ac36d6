import { createServer, type AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Probot, Server, type ApplicationFunction } from 'probot';
import { Pool } from 'undici';

/**
 * The yardstick: Probot's own server as its documentation starts it, keeping nothing. Its only handler does nothing, or with
 * SINK posts every push there with undici. SILENT=1 turns off the line that it logs for each request by default.
 */
const { PRIVATE_KEY = '', WEBHOOK_SECRET = '', SINK = '', SILENT = '' } = process.env;

const app: ApplicationFunction = (probot) => {
  if (SINK === '') {
    probot.on('push', () => undefined);
    return;
  }
  const pool = new Pool(SINK, { connections: 32, pipelining: 1 });
  probot.on('push', async ({ payload }) => {
    const { ref, before, after, repository, sender, head_commit } = payload;
    const body = JSON.stringify({
      type: 'push',
      data: { ref, before, after, repository: repository.full_name, sender: sender?.login, head_commit: head_commit?.message },
    });
    const answer = await pool.request({ path: '/', method: 'POST', headers: { 'content-type': 'application/json' }, body });
    await answer.body.dump();
  });
};

const quiet = SILENT === '' ? {} : { log: pino({ level: 'silent' }) };
const port = await findFreePort();
const server = new Server({
  port,
  host: '127.0.0.1',
  ...quiet,
  Probot: Probot.defaults({ appId: 4242, privateKey: PRIVATE_KEY, secret: WEBHOOK_SECRET, ...quiet }),
});
await server.load(app);
await server.start();
process.send?.({ url: `http://127.0.0.1:${port}` });
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());

/** Probot takes 0 for "no port given". */
async function findFreePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => void probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => void probe.close(resolve));
  return port;
}
