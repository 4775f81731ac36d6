import { stripTypeScriptTypes } from 'node:module';
import { SourceTextModule } from 'node:vm';
import { stat } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { loadKinds } from '../src/actions/load-kinds.ts';
import { signMessage } from '../src/actions/webhook/signature.ts';
import { readSigningSecret } from '../src/actions/webhook/signing-key.ts';
import { settingsTable } from '../src/settings-table.ts';
import { conditionPlace, inputPlace } from '../src/watches/expression-places.ts';
import { expressionFunctions } from '../src/core/expressions-functions.ts';
import { configSchema } from '../src/watches/config-schema.ts';
import { parseConfig } from '../src/watches/parse-config.ts';
import { triggerNames } from '../src/watches/triggers.ts';
import { readBlocks, readPages } from './support/docs-pages.ts';

const kinds = await loadKinds();

describe('examples in the pages', () => {
  test('every YAML block is a valid configuration', async () => {
    const blocks = (await readBlocks()).filter(({ language }) => language === 'yaml');
    const problems = blocks.flatMap(({ place, text }) => {
      const result = parseConfig(text, { kinds });
      return result.status === 'ok' ? [] : result.problems.map(({ line, column, message }) => `${place} + ${line}:${column} ${message}`);
    });
    expect(problems).toEqual([]);
    expect(blocks.length).toBeGreaterThan(3);
  });

  test('every JavaScript block can be compiled, inline scripts too', async () => {
    const blocks = await readBlocks();
    const inline = blocks.flatMap(({ place, language, text }) => {
      if (language !== 'yaml') return [];
      const result = parseConfig(text, { kinds });
      const steps =
        result.status === 'ok'
          ? Object.values(result.config.file.watches).flatMap((watch) => ('steps' in watch ? (watch.steps ?? []) : []))
          : [];
      return steps.flatMap((step) => (typeof step.with?.['run'] === 'string' ? [{ place, text: step.with['run'] }] : []));
    });
    const scripts = [...blocks.filter(({ language }) => language === 'js'), ...inline];
    const broken = scripts.filter(({ text }) => {
      try {
        return !new SourceTextModule(text);
      } catch {
        return true;
      }
    });
    expect(broken.map(({ place }) => place)).toEqual([]);
    expect(inline.length).toBeGreaterThan(0);
    expect(scripts.length).toBeGreaterThan(2);
  });

  test('every script in TypeScript loses its types and can be compiled', async () => {
    const typed = (await readBlocks()).filter(({ place, language }) => language === 'ts' && place.startsWith('docs/scripts.md'));
    expect(typed.length).toBeGreaterThan(0);
    for (const { text } of typed) expect(() => new SourceTextModule(stripTypeScriptTypes(text))).not.toThrow();
  });

  test('every JSON block is JSON', async () => {
    const blocks = (await readBlocks()).filter(({ language }) => language === 'json');
    expect(blocks.length).toBeGreaterThan(0);
    for (const { text } of blocks) expect(() => void JSON.parse(text)).not.toThrow();
  });

  test.each(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'a plain text of some length'])(
    "README's receiver knows what was signed with %s",
    async (secret) => {
      const source = (await readBlocks()).find(({ place, text }) => place.startsWith('README.md') && text.includes('isFromRepoWatch'))!;
      const { isFromRepoWatch } = (await import(`data:text/javascript,${encodeURIComponent(source.text)}`)) as {
        isFromRepoWatch: (headers: Record<string, string>, body: string, secret: string) => boolean;
      };
      const key = readSigningSecret(secret);
      const other = readSigningSecret('another secret, the new one');
      if (!key.ok || !other.ok) throw new Error('The example secrets cannot be read');
      const body = '{"type":"branch.updated","name":"müller"}';
      const headers = signMessage({ id: 'msg_1', timestamp: new Date(), body }, [key.value]);
      const late = signMessage({ id: 'msg_1', timestamp: new Date(Date.now() - 3_600_000), body }, [key.value]);
      expect(isFromRepoWatch(headers, body, secret)).toBe(true);
      expect(isFromRepoWatch(signMessage({ id: 'msg_1', timestamp: new Date(), body }, [other.value, key.value]), body, secret)).toBe(true);
      expect(isFromRepoWatch(headers, `${body} `, secret)).toBe(false);
      expect(isFromRepoWatch({ ...headers, 'webhook-id': 'msg_2' }, body, secret)).toBe(false);
      expect(isFromRepoWatch(late, body, secret)).toBe(false);
      expect(isFromRepoWatch(headers, body, 'not the secret')).toBe(false);
      expect(isFromRepoWatch({ 'webhook-id': 'msg_1', 'webhook-timestamp': headers['webhook-timestamp']! }, body, secret)).toBe(false);
    },
  );
});

/** Every property name in a JSON Schema, and every word of its lists. */
function listWords(schema: unknown, words = new Set<string>()): Set<string> {
  if (Array.isArray(schema)) for (const item of schema) listWords(item, words);
  else if (typeof schema === 'object' && schema !== null) {
    const { properties, enum: choices, ...rest } = schema as { properties?: Record<string, unknown>; enum?: unknown[] };
    for (const [name, value] of Object.entries(properties ?? {})) listWords(value, words.add(name));
    for (const choice of choices ?? []) words.add(String(choice));
    listWords(Object.values(rest), words);
  }
  return words;
}

test('docs/configuration.md has every key and word of the language, with docs/actions.md for those of the kinds', async () => {
  const pages = await readPages();
  const page = ['configuration', 'actions'].map((name) => pages.get(`docs/${name}.md`)!).join('\n');
  const code = [...page.matchAll(/`([^`\n]+)`/g)].map((match) => match[1]!);
  const schemas = [configSchema, ...kinds.map((kind) => kind.schema)].map((schema) =>
    z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
  );
  const words = [
    ...listWords(schemas),
    ...kinds.map(({ name }) => name),
    ...triggerNames,
    ...inputPlace.contexts,
    ...conditionPlace.contexts,
  ];
  expect(words).toEqual(expect.arrayContaining(['paths_unknown', 'catch_up', 'strict', 'success', 'memory', 'secrets']));
  expect(words.filter((word) => !code.some((text) => new RegExp(String.raw`(?<![\w-])${word}(?![\w-])`).test(text)))).toEqual([]);
  const functions = [...expressionFunctions.keys()].filter((name) => !code.some((text) => text.toLowerCase() === name));
  expect(functions).toEqual([]);
});

test('links between the pages lead somewhere', async () => {
  const pages = await readPages();
  const dead: string[] = [];
  for (const [path, text] of pages) {
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(?:https?:|#)/.test(target)) continue;
      const file = new URL(target.split('#', 1)[0]!, new URL(`../${path}`, import.meta.url));
      const found = await stat(file).catch(() => undefined);
      if (!found) dead.push(`${path}: ${target}`);
    }
  }
  expect(dead).toEqual([]);
});

test('every setting and figure that README names exists', async () => {
  const readme = (await readPages()).get('README.md')!;
  const names = [...readme.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)].map(([name]) => name);
  const known = new Set<string>([...Object.keys(settingsTable), 'DEPLOY_TOKEN', 'DEPLOY_SIGNING', 'FREEZE_TOKEN', 'NOTIFY_SIGNING']);
  expect([...new Set(names)].filter((name) => !known.has(name))).toEqual([]);
});
