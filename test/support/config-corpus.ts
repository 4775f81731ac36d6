import { readdir, readFile, writeFile } from 'node:fs/promises';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { createJsonSchema } from '../../src/watches/json-schema.ts';
import { parseConfig, type ConfigResult } from '../../src/watches/parse-config.ts';
import { corpusKinds } from './config-world.ts';

const root = new URL('../corpus/config/', import.meta.url);

/** What is expected of a broken file: its one problem, and whether the JSON Schema alone already refuses it. */
export interface ExpectedProblem {
  at: string;
  code: string;
  message: string;
  hint: string;
  /** `accepts` what only RepoWatch itself can tell; `unread` is no YAML for anybody. */
  schema: 'refuses' | 'accepts' | 'unread';
}

/** The files of a part of the corpus by name; those of organisations end in `.org.yml`. */
export async function readCorpus(part: 'broken' | 'valid'): Promise<Map<string, Buffer>> {
  const folder = new URL(`${part}/`, root);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yml')).sort();
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, folder))));
  return new Map(names.map((name, index) => [name, texts[index]!]));
}

/** What is expected of the broken files, by name. */
export async function readExpected(): Promise<Record<string, ExpectedProblem>> {
  return JSON.parse(await readFile(new URL('broken/expected.json', root), 'utf8')) as Record<string, ExpectedProblem>;
}

const isOrganization = (name: string): boolean => name.endsWith('.org.yml');

/** Reads a file of the corpus with the kinds that the language's own examples use. */
export function parseCorpusFile(name: string, text: string | Uint8Array): ConfigResult {
  return parseConfig(text, { kinds: corpusKinds, organization: isOrganization(name) });
}

let compiled: { repository: ValidateFunction; organization: ValidateFunction } | undefined;

function compileSchemas(): NonNullable<typeof compiled> {
  const ajv = new Ajv({ strictTypes: false });
  return {
    repository: ajv.compile(createJsonSchema({ kinds: corpusKinds })),
    organization: ajv.compile(createJsonSchema({ kinds: corpusKinds, organization: true })),
  };
}

/** What the JSON Schema says of a file of the corpus. */
export function judgeBySchema(name: string, text: Uint8Array): ExpectedProblem['schema'] {
  compiled ??= compileSchemas();
  let value: unknown;
  try {
    value = parse(new TextDecoder('utf-8', { fatal: true }).decode(text), { merge: false, logLevel: 'silent' });
  } catch {
    return 'unread';
  }
  return compiled[isOrganization(name) ? 'organization' : 'repository'](value) ? 'accepts' : 'refuses';
}

/** Writes down what RepoWatch says of the broken files now: to be read before it is committed. */
async function writeExpected(): Promise<void> {
  const expected: Record<string, ExpectedProblem> = {};
  for (const [name, text] of await readCorpus('broken')) {
    const result = parseCorpusFile(name, text);
    const [problem] = result.status === 'invalid' ? result.problems : [];
    if (!problem) throw new Error(`${name} has no problem`);
    const { line, column, code, message, hint } = problem;
    expected[name] = { at: `${line}:${column}`, code, message, hint, schema: judgeBySchema(name, text) };
  }
  await writeFile(new URL('broken/expected.json', root), `${JSON.stringify(expected, undefined, 2)}\n`);
}

if (import.meta.main) await writeExpected();
