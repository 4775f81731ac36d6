import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { describeError } from '../core/errors.ts';
import { embeddedFailure } from './embedded-failure.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';

const run = promisify(execFile);

/** A command line with the identity it is started under. */
interface Launch {
  command: string;
  args: string[];
  identity: { uid?: number; gid?: number };
}

/** Under whom the server runs. Postgres refuses to run as root, so root has to hand it to somebody else. */
export interface ServerAccount {
  name: string;
  /** Undefined when this process is not root and simply starts the server itself. */
  ids?: { uid: number; gid: number };
  launch(program: string, args: string[]): Launch;
}

/** What the server is given of our environment: nothing but where system programs are. */
export const serverEnvironment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

interface Account {
  name: string;
  uid: number;
  gid: number;
}

async function findAccount(match: (account: Account) => boolean): Promise<Account | undefined> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const accounts = text.split('\n').map((line) => {
    const [name = '', , uid = '', gid = ''] = line.split(':');
    return { name, uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 };
  });
  return accounts.find((account) => account.name !== '' && account.uid !== 0 && match(account));
}

async function createAccount(report: (line: string) => void): Promise<Account | undefined> {
  const ways: [string, string[]][] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'repowatch']],
    ['adduser', ['-S', '-D', '-H', '-s', '/sbin/nologin', 'repowatch']],
  ];
  for (const [command, args] of ways) {
    await run(command, args, { env: serverEnvironment }).catch(() => undefined);
    const account = await findAccount(({ name }) => name === 'repowatch');
    if (account === undefined) continue;
    report('Made the system user repowatch, because Postgres does not run as root.');
    return account;
  }
  return undefined;
}

async function chooseAccount(dataDirectory: string, report: (line: string) => void): Promise<Account> {
  const owner = await stat(dataDirectory).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) return { name: `user ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  const account =
    (await findAccount(({ name }) => name === 'postgres')) ??
    (await findAccount(({ name }) => name === 'repowatch')) ??
    (await createAccount(report)) ??
    (await findAccount(({ name }) => name === 'nobody'));
  if (account === undefined) {
    throw embeddedFailure(
      'Postgres does not run as root, and there is no other user to run it as. Make one (useradd --system postgres), start RepoWatch as another user, or set DATABASE_URL.',
    );
  }
  return account;
}

async function allows(path: string, account: Account, bits: number): Promise<boolean> {
  const { uid, gid, mode } = await stat(path);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}

/** The first folder on the way to a path that the account may not pass. */
async function findBarrier(path: string, account: Account): Promise<string | undefined> {
  const parent = dirname(path);
  const above = parent === path ? undefined : await findBarrier(parent, account);
  return above ?? ((await allows(path, account, 1)) ? undefined : path);
}

/**
 * The way past a root-only folder (/root, a private temporary folder): one capability, kept over the change of user.
 * Without no_setuid_fixup, access(2), by which Postgres checks its own programs, would look without it.
 */
function withCapability(account: Account, capability: string): ServerAccount['launch'] {
  const caps = `-all,+${capability}`;
  const who = ['--reuid', String(account.uid), '--regid', String(account.gid), '--clear-groups'];
  const how = ['--inh-caps', caps, '--ambient-caps', caps, '--bounding-set', caps, '--securebits', '+no_setuid_fixup'];
  return (program, args) => ({ command: 'setpriv', args: [...who, ...how, '--', program, ...args], identity: {} });
}

async function launchPastBarrier(account: Account, barrier: string, binaries: PostgresBinaries): Promise<ServerAccount['launch']> {
  let last: unknown;
  // Reading everywhere is the smaller privilege; containers often grant only the greater one.
  for (const capability of ['dac_read_search', 'dac_override']) {
    const launch = withCapability(account, capability);
    const { command, args } = launch(binaries.postgres, ['--version']);
    try {
      await run(command, args, { env: serverEnvironment });
      return launch;
    } catch (error) {
      last = error;
    }
  }
  throw embeddedFailure(
    `Postgres runs as ${account.name}, who may not pass ${barrier}, and setpriv cannot help here (${describeError(last).trim()}). ` +
      `Run "chmod o+x ${barrier}", set DATA_DIR to a folder that ${account.name} can reach, start RepoWatch as another user than root, or set DATABASE_URL.`,
    last,
  );
}

/** Decides under whom the server runs, and how it gets at its programs and its data. Throws `embedded_postgres_failed` with the remedy. */
export async function chooseServerAccount(options: {
  dataDirectory: string;
  binaries: PostgresBinaries;
  report: (line: string) => void;
}): Promise<ServerAccount> {
  const { dataDirectory, binaries, report } = options;
  if (process.getuid?.() !== 0) {
    return { name: 'this user', launch: (command, args) => ({ command, args, identity: {} }) };
  }
  const account = await chooseAccount(dataDirectory, report);
  const ids = { uid: account.uid, gid: account.gid };
  const barrier =
    (await findBarrier(dirname(dataDirectory), account)) ??
    (await findBarrier(binaries.postgres, account)) ??
    ((await allows(binaries.postgres, account, 5)) ? undefined : binaries.postgres);
  if (barrier !== undefined) return { name: account.name, ids, launch: await launchPastBarrier(account, barrier, binaries) };
  return { name: account.name, ids, launch: (command, args) => ({ command, args, identity: ids }) };
}
