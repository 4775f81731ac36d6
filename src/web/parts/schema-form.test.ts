import { beforeAll, describe, expect, test } from '@jest/globals';
import { loadKinds } from '../../actions/load-kinds.ts';
import { createJsonSchema, type JsonSchema } from '../../watches/json-schema.ts';
import type { View } from '../kit/view.ts';
import { kindLook, kindsOf } from './kind-look.ts';
import { readSchemaValues } from './read-schema-values.ts';
import { schemaFields } from './schema-form.ts';
import { readLine, writeLine } from './schema-shape.ts';

let kinds: ReadonlyMap<string, JsonSchema>;
beforeAll(async () => {
  kinds = kindsOf(createJsonSchema({ kinds: await loadKinds() }));
});

const view = { refused: undefined } as View;
const path = '/here';

const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&#96;': '`' };
const plain = (text: string) => text.replaceAll(/&(?:amp|lt|gt|quot|#39|#96);/g, (sign) => entities[sign]!);

/** What a browser sends of the fields as they stand. */
function submitted(markup: string): Record<string, string> {
  const values: Record<string, string> = {};
  const add = (name: string, value: string) => (values[name] = values[name] === undefined ? value : `${values[name]}\n${value}`);
  for (const [tag] of markup.matchAll(/<input[^>]*>/g)) {
    const name = /\sname="([^"]*)"/.exec(tag)?.[1];
    const value = /\svalue="([^"]*)"/.exec(tag)?.[1];
    if (name === undefined) continue;
    if (!/type="checkbox"/.test(tag)) add(name, plain(value ?? ''));
    else if (/\schecked/.test(tag)) add(name, plain(value ?? 'on'));
  }
  for (const [, name, text] of markup.matchAll(/<textarea[^>]*?name="([^"]*)"[^>]*>\n?([^<]*)<\/textarea>/g))
    add(name!, plain(text!).replaceAll('\n', '\r\n'));
  for (const [, name, options] of markup.matchAll(/<select[^>]*?name="([^"]*)"[^>]*>([\s\S]*?)<\/select>/g))
    add(name!, plain(/value="([^"]*)"\s+selected/.exec(options!)?.[1] ?? ''));
  return values;
}

const examples: [string, Record<string, unknown>][] = [
  ['webhook', { url: 'https://a.example/?a=1&b="2"', headers: { 'x-a': 'b', 'x-n': 5, 'x-text': '5' }, success: ['2xx', 404] }],
  [
    'webhook',
    { url: '${{ vars.url }}', body: { a: [1] }, format: 'webgme', events: ['COMMIT', 'TAG_CREATED'], secret: '${{ secrets.KEY }}' },
  ],
  ['webhook', { url: 'https://a.example', body: 'Just text: <b>', method: '${{ vars.method }}', params: { deep: { a: 1 }, id: '007' } }],
  ['script', { run: 'export default () => {\n  return 1;\n};\n', permissions: { issues: 'write' }, timeout: '5s', fetches: 3 }],
  ['email', { to: ['a@b.example', 'Ada <ada@b.example>'], subject: 'Hi', text: 'One\n\nTwo' }],
  ['github/issue', { title: 'T', labels: 'a, b', milestone: 3 }],
  ['github/check', { name: 'x', annotations: [{ path: 'a', line: 1, message: '<script>' }], conclusion: 'failure' }],
  ['github/labels', { add: ['bug'].concat('x'), create: true, number: '${{ issue.number }}' }],
  [
    'jira',
    { url: 'https://j.example', auth: { email: 'a@b.example', token: '${{ secrets.J }}' }, comment: { text: 'Done', when: 'moved' } },
  ],
  ['ticket', { create: false, sources: ['title', 'body'] }],
  ['github/dispatch', { event_type: 'go', client_payload: { a: true, b: 'true', c: null, d: ' space ', e: '${{ ref.name }}' } }],
];

describe('forms from schemas', () => {
  test.each(examples)('%s comes back as it was (%j)', (uses, values) => {
    const schema = kinds.get(uses)!;
    const markup = schemaFields({ view, path, schema, prefix: 'with', values }).text;
    expect(readSchemaValues(schema, submitted(markup), { prefix: 'with' })).toEqual({ value: values, problems: [] });
  });

  test('every kind has a look and a field for each of its inputs', () => {
    for (const [uses, schema] of kinds) {
      const markup = schemaFields({ view, path, schema, prefix: '', values: {} }).text;
      for (const name of Object.keys(schema['properties'] as object)) expect(markup).toMatch(new RegExp(`name="${name}[".]`));
      expect([uses, kindLook(uses).title === uses]).toEqual([uses, false]);
      expect(readSchemaValues(schema, submitted(markup), { prefix: '' })).toEqual({ value: {}, problems: [] });
    }
  });

  test('a text in place of an object is that object’s one needed field', () => {
    const schema = kinds.get('ticket')!;
    const markup = schemaFields({ view, path, schema, prefix: 'with', values: { comment: 'Thanks' } }).text;
    expect(readSchemaValues(schema, submitted(markup), { prefix: 'with' }).value).toEqual({ comment: { text: 'Thanks' } });
  });

  test('a credential that is written out is never shown, stays when nothing is said, and gives way to a new one', () => {
    const schema = kinds.get('slack')!;
    const before = { url: 'https://hooks.slack.example/T0/SECRET', text: 'x' };
    const markup = schemaFields({ view, path, schema, prefix: 'with', values: before, secrets: ['HOOK'] }).text;
    expect(markup).not.toContain('SECRET');
    expect(markup).toContain('${{ secrets.HOOK }}');
    const values = submitted(markup);
    expect(readSchemaValues(schema, values, { prefix: 'with', before }).value).toEqual(before);
    const renewed = readSchemaValues(schema, { ...values, 'with.url': '${{ secrets.HOOK }}' }, { prefix: 'with', before });
    expect(renewed.value).toEqual({ url: '${{ secrets.HOOK }}', text: 'x' });
  });

  test('a refused form keeps what was filled in, places complaints, and forgets credentials', () => {
    const schema = kinds.get('webhook')!;
    const errors = [
      { path: 'with.success[1]', message: 'is no status' },
      { path: 'with.ca', message: 'is no certificate' },
    ];
    const values = { 'with.url': 'https://typed.example', 'with.secret': 'whsec_typed', 'with.ca': 'nonsense' };
    const problem = { type: '', title: '', status: 422, code: 'request_invalid', detail: '', instance: '', errors };
    const markup = schemaFields({ view: { ...view, refused: { path, values, problem } }, path, schema, prefix: 'with', values: {} }).text;
    expect(markup).toContain('https://typed.example');
    expect(markup).not.toContain('whsec_typed');
    expect(markup.split('<details')[0]).toContain('is no certificate');
    expect(markup.split('<details')[0]).toContain('is no status');
  });

  test('credentials among lines are hidden, stay as they were, and are asked for again when they were only typed', () => {
    const schema = kinds.get('webhook')!;
    const before = { headers: { authorization: 'Bearer kept', 'x-plain': 'seen', 'x-token': '${{ secrets.T }}' } };
    const markup = schemaFields({ view, path, schema, prefix: 'with', values: before }).text;
    expect([markup.includes('kept'), markup.includes('x-plain: seen'), markup.includes('secrets.T')]).toEqual([false, true, true]);
    expect(readSchemaValues(schema, submitted(markup), { prefix: 'with', before })).toEqual({ value: before, problems: [] });
    const values = { 'with.headers': 'X-Api-Key=typed\r\nx-plain: seen' };
    const problem = { type: '', title: '', status: 422, code: 'request_invalid', detail: '', instance: '' };
    const again = schemaFields({ view: { ...view, refused: { path, values, problem } }, path, schema, prefix: 'with', values: {} }).text;
    expect([again.includes('typed'), again.includes('x-plain: seen')]).toEqual([false, true]);
    expect(readSchemaValues(schema, submitted(again), { prefix: 'with' }).problems).toEqual([
      { path: 'with.headers', message: expect.stringMatching(/^X-Api-Key was not kept/) },
    ]);
  });

  test('a long line without a colon is read at once', () => {
    const values = { 'with.headers': `a${' '.repeat(400_000)}b` };
    expect(readSchemaValues(kinds.get('webhook')!, values, { prefix: 'with' }).problems).toHaveLength(1);
  });

  test('what cannot be read is told at its field', () => {
    const values = { 'with.name': 'x', 'with.annotations': '[{' };
    expect(readSchemaValues(kinds.get('github/check')!, values, { prefix: 'with' }).problems).toEqual([
      { path: 'with.annotations', message: expect.stringContaining('This is not JSON') },
    ]);
    const headers = readSchemaValues(kinds.get('webhook')!, { 'with.headers': 'x-a: b\nnonsense' }, { prefix: 'with' });
    expect(headers.problems).toEqual([{ path: 'with.headers', message: 'Line 2 must be `name: value`.' }]);
  });

  test('lines keep texts that look like something else', () => {
    for (const value of ['5', 'true', '', ' a', 'two\nlines', '{"a":1}', '9007199254740993', '-1.50', 'plain', 5, null, [1], { a: 'b' }])
      expect(readLine(writeLine(value))).toEqual(value);
  });
});
