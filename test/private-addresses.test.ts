import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ActionKind, AttemptContext, AttemptOutcome } from '../src/actions/action.ts';
import { createDoor, type Door, type ResolveName } from '../src/actions/door.ts';
import { createHostJudge } from '../src/actions/email/mail-tools.ts';
import { loadKinds } from '../src/actions/load-kinds.ts';
import { parseOutboundAllow } from '../src/actions/outbound-allow.ts';
import { createScriptPool, type ScriptPool } from '../src/actions/script/pool.ts';
import { catalogue } from '../src/core/error-catalogue.ts';
import { createLog } from '../src/core/log.ts';
import { actionTools } from './support/action-tools.ts';
import { attemptContext } from './support/attempt-context.ts';
import type { KindContract } from './support/kind-contract.ts';

/** Spellings of this machine, of its network, and of what clouds tell their guests. A name resolves to what the lying resolver says. */
const hosts = `
  127.0.0.1 127.0.0.53 127.1 127.0.1 2130706433 0x7f000001 0x7f.0.0.1 0x7f.1 0177.0.0.1 0177.1 017700000001 0x7F.0x0.0x0.0x1
  127.0.0.1. 0.0.0.0 0 0x0 00000000000 10.0.0.1 0x0a000001 167772161 10.1 172.16.0.1 172.31.255.255 192.168.0.1 192.168.1 0300.0250.0.1
  100.64.0.1 169.254.169.254 0xa9fea9fe 2852039166 0251.0376.0251.0376 192.0.0.192 198.18.0.1 224.0.0.1 255.255.255.255 240.0.0.1
  １２７.０.０.１ ①②⑦.⓪.⓪.① 127。0。0。1 127%2e0%2e0%2e1 %31%32%37.0.0.1
  [::1] [::] [0:0:0:0:0:0:0:1] [0000::0001] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:0:127.0.0.1] [::127.0.0.1] [::7f00:1]
  [64:ff9b::127.0.0.1] [64:ff9b::a9fe:a9fe] [64:ff9b:1::a00:1] [2002:7f00:1::] [2002:a9fe:a9fe::1] [2001:0:7f00:1::1] [2001::1]
  [fc00::1] [fd00:ec2::254] [fe80::1] [fe80::1%25eth0] [fec0::1] [ff02::1] [100::1] [2001:db8::1] [::ffff:169.254.169.254]
  localhost LOCALHOST localhost. app.localhost ip6-localhost metadata.google.internal metadata.google.internal. evil.example ⓛocalhost
  127.0.0.1.nip.example mixed.example mapped.example zone.example
`
  .trim()
  .split(/\s+/);

/** What the resolver answers, where it is not this machine. Public addresses here are never dialled: one bad among them is enough. */
const lies: Record<string, string[]> = {
  'mixed.example': ['1.1.1.1', '10.0.0.1'],
  'mapped.example': ['::ffff:127.0.0.1'],
  'zone.example': ['fe80::1%lo'],
  'metadata.google.internal': ['169.254.169.254'],
};

const resolveName: ResolveName = (hostname, callback) => {
  const addresses = lies[hostname.replace(/\.$/, '')] ?? ['127.0.0.1'];
  callback(
    null,
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
  );
};

const kinds = await loadKinds();
const sending: { kind: ActionKind; contract: KindContract }[] = [];
for (const kind of kinds) {
  const { contract } = (await import(`../src/actions/${kind.name}/contract.fixture.ts`)) as { contract: KindContract };
  if (contract.hasNoAddress !== true) sending.push({ kind, contract });
}

const none = { entries: [] };
let pool: ScriptPool;
let guarded: Door;
let inside: Server;
let port = 0;
/** Connections that reached what must not be reached. */
let reached = 0;

beforeAll(async () => {
  pool = createScriptPool({ size: 2, log: createLog({ level: 'silent' }) });
  guarded = createDoor({ allow: none, resolveName });
  // All addresses of this machine, so that no spelling of it goes unnoticed.
  inside = createServer((_request, response) => void response.end('the inside')).on('connection', () => (reached += 1));
  inside.listen(0, '::');
  await once(inside, 'listening');
  port = (inside.address() as AddressInfo).port;
});
afterAll(async () => {
  await pool.close();
  await guarded.close();
  inside.closeAllConnections();
  inside.close();
});
beforeEach(() => void (reached = 0));

interface Way {
  url: string;
  door?: Door;
  resolve?: ResolveName;
}

/** What a kind makes of an address: refused by its schema already, or by how it ends. */
async function reach(
  { kind, contract }: (typeof sending)[number],
  { url, door = guarded, resolve = resolveName }: Way,
): Promise<AttemptOutcome | 'refused'> {
  const input = kind.schema.safeParse(contract.input(url));
  if (!input.success) return 'refused';
  const mail = { server: undefined, from: undefined, judgeHost: createHostJudge(none, resolve) };
  const context: AttemptContext<unknown> = attemptContext(input.data, { ...contract.context?.(url), timeoutMs: 5_000 });
  return await kind.run(context, actionTools({ door, scripts: pool, ...contract.tools?.(url), mail }));
}

/** True for an end that is final and for the reason that the address may not be called, or is none: an error of whoever wrote the input. */
function isRefusal(outcome: AttemptOutcome | 'refused'): boolean {
  if (outcome === 'refused') return true;
  if (outcome.result === 'succeeded' || outcome.retryable) return false;
  // A script fails in the same way whatever its reason is.
  if (outcome.code === 'script_failed') return /destination_not_allowed|action_input_invalid/.test(outcome.message);
  return catalogue[outcome.code].status === 422;
}

describe('no kind reaches what is not on the open internet', () => {
  test('there are kinds to try, and enough spellings', () => {
    expect(sending.map(({ kind }) => kind.name)).toEqual(expect.arrayContaining(['webhook', 'script', 'slack']));
    expect(new Set(hosts).size).toBeGreaterThanOrEqual(40);
  });

  describe.each(sending.map((one) => [one.kind.name, one] as const))('%s', (_name, one) => {
    const scheme = one.contract.createReceiver ? 'smtp' : 'https';

    test(`none of ${hosts.length} spellings`, async () => {
      const open: string[] = [];
      for (const host of hosts) if (!isRefusal(await reach(one, { url: `${scheme}://${host}:${port}` }))) open.push(host);
      expect(open).toEqual([]);
      expect(reached).toBe(0);
    });

    test('neither with a user part, line breaks, another scheme, nor in plain http', async () => {
      const addresses = [
        `https://user@127.0.0.1:${port}`,
        `https://user:pass@public.example`,
        `https://public.example@127.0.0.1:${port}`,
        `https://public.example:443@[::1]:${port}`,
        `https://127.0.0.1\r\n:${port}`,
        `https://127.0.0.1:${port}/\r\nHost: public.example\r\n`,
        `https://loc\tal\nhost:${port}`,
        `https:\\\\127.0.0.1:${port}`,
        `https:127.0.0.1:${port}`,
        `http://127.0.0.1:${port}`,
        `http://localhost:${port}`,
        `http://public.example:${port}`,
        `HTTP://[::1]:${port}`,
        `ftp://127.0.0.1:${port}`,
        `file:///etc/passwd`,
        `data:text/plain,hello`,
        `gopher://127.0.0.1:${port}`,
        `//127.0.0.1:${port}`,
        `127.0.0.1:${port}`,
        ``,
      ];
      const open: string[] = [];
      for (const url of addresses) if (!isRefusal(await reach(one, { url }))) open.push(url);
      expect(open).toEqual([]);
      expect(reached).toBe(0);
    });

    if (one.contract.createReceiver) return;

    test('a redirect leads nowhere, and a name that changes its mind is judged again', async () => {
      let hits = 0;
      const outside = createServer((_request, response) => {
        hits += 1;
        response.writeHead(302, { location: `http://127.0.0.1:${port}/trap`, connection: 'close' }).end();
      });
      outside.listen(0, '127.0.0.1');
      await once(outside, 'listening');
      const listed = (outside.address() as AddressInfo).port;
      const allow = parseOutboundAllow(`127.0.0.1:${listed}`);
      if (!allow.ok) throw new Error(allow.message);
      let asked = 0;
      const changing: ResolveName = (_name, callback) =>
        callback(null, [{ address: (asked += 1) === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }]);
      const door = createDoor({ allow: allow.value, resolveName: changing });
      await reach(one, { url: `http://127.0.0.1:${listed}`, door });
      expect(hits).toBeGreaterThan(0);
      expect(isRefusal(await reach(one, { url: `http://127.0.0.1:${port}`, door }))).toBe(true);
      const before = hits;
      await reach(one, { url: `http://rebinding.example:${listed}`, door });
      expect(hits).toBeGreaterThan(before);
      const after = hits;
      expect(isRefusal(await reach(one, { url: `http://rebinding.example:${listed}`, door }))).toBe(true);
      expect([hits, reached]).toEqual([after, 0]);
      await door.close();
      outside.close();
    });
  });
});
