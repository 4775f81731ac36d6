import { expect, test } from '@jest/globals';
import { namesInScript } from './script-secrets.ts';

function namesOf(run: string): string[][] {
  const literal = { kind: 'literal' as const, value: run };
  return [
    namesInScript({ kind: 'script', with: { kind: 'literal', value: { run } } }),
    namesInScript({ kind: 'script', with: { kind: 'object', entries: [['run', literal]] } }),
  ];
}

test.each([
  ['log(secrets.ONE, secrets ?. TWO)', ['ONE', 'TWO']],
  [`secrets['ONE'] + secrets["TWO"] + secrets[\`THREE\`]`, ['ONE', 'TWO', 'THREE']],
  ['const { ONE, TWO: other, THREE = 1 } = secrets', ['ONE', 'TWO', 'THREE']],
  ['export default ({ secrets: { ONE }, log }) => log(ONE)', ['ONE']],
  ['secrets.ONE + secrets.ONE', ['ONE']],
  ['mysecrets.ONE; secrets[name]; Object.keys(secrets)', []],
])('%s', (run, names) => {
  expect(namesOf(run)).toEqual([names, names]);
});

test('other kinds name none', () => {
  expect(namesInScript({ kind: 'webhook', with: { kind: 'literal', value: { run: 'secrets.ONE' } } })).toEqual([]);
});
