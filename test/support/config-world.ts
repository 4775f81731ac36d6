import { z } from 'zod';
import type { RefChange } from '../../src/changes/change.ts';
import type { Commit, RefChangeData, RefChangeType } from '../../src/changes/ref-change.ts';
import type { StepKind } from '../../src/watches/config-schema.ts';
import { compileConfig, type CompiledConfig, type CompiledWatch } from '../../src/watches/compile-config.ts';
import { parseConfig } from '../../src/watches/parse-config.ts';

/** Two kinds that look like the real ones, without what they need to run. */
export const exampleKinds: StepKind[] = [
  {
    name: 'webhook',
    schema: z.object({
      url: z.url(),
      method: z.enum(['POST', 'PUT']).default('POST'),
      secret: z.string().optional(),
      headers: z.record(z.string(), z.string()).optional(),
      body: z.unknown().optional(),
    }),
    secretFields: ['secret'],
  },
  {
    name: 'script',
    schema: z
      .strictObject({
        run: z.string().optional(),
        file: z.string().optional(),
        timeout: z.string().optional(),
        memory: z.string().optional(),
      })
      .refine(({ run, file }) => (run === undefined) !== (file === undefined), 'Give either run or file'),
    secretFields: [],
    literalFields: ['run', 'file'],
  },
];

/** The kinds of the corpus: those that the language's own examples use. */
export const corpusKinds: StepKind[] = [
  ...exampleKinds,
  {
    name: 'jira',
    schema: z.strictObject({ connection: z.string(), machine: z.string(), event: z.string() }),
    secretFields: [],
    machineFields: ['machine'],
  },
  ...['slack', 'github/issue', 'github/dispatch'].map((name) => ({ name, schema: z.looseObject({}), secretFields: [] })),
];

/** Every problem of a file as `line:column code message`. */
export function listProblems(text: string | Uint8Array): string[] {
  const result = parseConfig(text, { kinds: exampleKinds });
  return result.status === 'ok' ? [] : result.problems.map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`);
}

/** A valid file around the keys of one watch `w`, which are indented by four spaces. */
export function fileWith(watch: string, top = ''): string {
  return `version: 1\n${top}watches:\n  w:\n${watch}\n`;
}

/** Compiles a file that must be valid. */
export function compileText(text: string): CompiledConfig {
  const parsed = parseConfig(text, { kinds: exampleKinds });
  if (parsed.status === 'invalid')
    throw new Error(parsed.problems.map((problem) => `${problem.line}:${problem.column} ${problem.message}`).join('\n'));
  return compileConfig(parsed.config);
}

/** Compiles a file with one watch. */
export function compileOne(watch: string, top = ''): CompiledWatch {
  return compileText(fileWith(`${watch}\n    steps: [{ uses: script, with: { run: x } }]`, top)).watches[0]!;
}

/** A commit that touches these files. */
export function exampleCommit(
  files: { added?: string[]; modified?: string[]; removed?: string[] } = {},
  message = 'Change things',
): Commit {
  return {
    id: 'c'.repeat(40),
    message,
    timestamp: '2026-01-01T00:00:00Z',
    url: null,
    author: { name: 'Mona', email: null, username: 'mona' },
    distinct: true,
    added: [],
    modified: [],
    removed: [],
    ...files,
  };
}

/** A change to a branch or tag. */
export function exampleChange(type: RefChangeType, name: string, data: Partial<RefChangeData> = {}): RefChange {
  const kind = type.startsWith('tag') ? 'tag' : 'branch';
  const commits = data.commits ?? [exampleCommit()];
  return {
    id: '7',
    origin: 'webhook',
    repository: { id: '42', full_name: 'acme/train', owner: 'acme', name: 'train', private: false, default_branch: 'main' },
    installation: { id: '9' },
    actor: { id: '1', login: 'mona', type: 'User' },
    happened_at: '2026-01-01T00:00:00Z',
    type,
    data: {
      ref: { kind, name, full: kind === 'tag' ? `refs/tags/${name}` : `refs/heads/${name}` },
      before: 'a'.repeat(40),
      after: 'b'.repeat(40),
      forced: false,
      head_commit: commits.at(-1) ?? null,
      commits,
      commit_count: commits.length,
      truncated: false,
      commits_unknown: false,
      compare_url: 'https://github.com/acme/train/compare/a...b',
      ...data,
    },
  };
}
