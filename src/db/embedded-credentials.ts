import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** How to get into the embedded server: kept beside its data, readable by its owner only. */
export interface Credentials {
  port: number;
  password: string;
}

/** The one role and superuser of the embedded server. */
export const embeddedRole = 'repowatch';

function credentialsFile(folder: string): string {
  return join(folder, 'postgres.json');
}

/** Makes a password that nobody can guess; the port is chosen at the first start. */
export function createCredentials(): Credentials {
  return { port: 0, password: randomBytes(24).toString('base64url') };
}

/** The kept credentials; undefined when there are none or they cannot be read. */
export async function findCredentials(folder: string): Promise<Credentials | undefined> {
  try {
    const { port, password } = JSON.parse(await readFile(credentialsFile(folder), 'utf8')) as Partial<Credentials>;
    return typeof port === 'number' && typeof password === 'string' ? { port, password } : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps the credentials for the next start, whole or not at all. */
export async function writeCredentials(folder: string, credentials: Credentials): Promise<void> {
  const draft = `${credentialsFile(folder)}.new`;
  await writeFile(draft, `${JSON.stringify(credentials)}\n`, { mode: 0o600 });
  await rename(draft, credentialsFile(folder));
}

/** The address of the embedded server. */
export function addressOf({ port, password }: Credentials): string {
  return `postgres://${embeddedRole}:${password}@127.0.0.1:${port}/postgres`;
}

async function tryPort(port: number): Promise<number | undefined> {
  const server = createServer();
  return new Promise((settle) => {
    server.once('error', () => settle(undefined));
    server.listen({ port, host: '127.0.0.1' }, () => {
      const address = server.address();
      server.close(() => settle(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}

/** The preferred port when it is free, so that a client's address stays the same; any free one otherwise. */
export async function chooseFreePort(preferred: number): Promise<number> {
  return (await tryPort(preferred)) ?? (await tryPort(0)) ?? preferred;
}
