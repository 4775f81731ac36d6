import { expect, test } from '@jest/globals';
import { runProgram } from './program.ts';

/** Runs the command on a text; answers its exit code and what it printed. */
async function validate(text: string, ...more: string[]): Promise<{ code: number; out: string }> {
  const out: string[] = [];
  const code = await runProgram(
    {
      environment: {},
      version: '0.0.0-test',
      print: (line) => void out.push(line),
      tell: (line) => void out.push(line),
      attended: false,
      readInput: () => Promise.resolve(Buffer.from(text)),
      listenForStop: () => new AbortController().signal,
    },
    ['tickets', 'validate', '-', ...more],
  );
  return { code, out: out.join('\n') };
}

const good = `delivery:
  projects: [SOC]
  initial: to_do
  aliases: { to_do: To Do, done: Done }
  path: [to_do, done]
  transitions:
    to_do: { merged: done }
    done: { merged: <end> }
`;
const under = (text: string) => `machines:\n${text.replaceAll(/^(?=.)/gm, '  ')}`;

test('machines alone, under `machines`, as JSON, and in a whole configuration are fine', async () => {
  const json = JSON.stringify({ m: { initial: 'a', aliases: { a: 'A' }, transitions: { a: { x: '<end>' } } } });
  for (const text of [good, under(good), json, `{"machines":${json}}`, `version: 1\nwatches: {}\n${under(good)}`])
    expect({ text, ...(await validate(text)) }).toMatchObject({ code: 0, out: expect.stringContaining('fine, 1 machine') });
});

test.each<[code: string, text: string, place: string]>([
  ['machine_target_unknown', good.replace('merged: done', 'merged: gone'), '7:22'],
  ['machine_target_unknown', good.replace('[to_do, done]', '[to_do, gone]'), '5:17'],
  ['machine_alias_missing', good.replace(', done: Done', '').replace('path: [to_do, done]', 'path: [to_do]'), '8:5'],
  ['machine_conflict', good.replace('{ merged: done }', '{ merged: done, Merged: done }'), '7:21'],
  ['machine_unreachable', good.replace('done: Done }', 'done: Done, lost: Lost }'), '4:38'],
  ['machine_no_end', good.replace('merged: <end>', 'merged: to_do'), '1:1'],
])('%s has its code and place', async (code, text, place) => {
  const { code: exit, out } = await validate(text);
  expect(exit).toBe(1);
  expect(out).toContain(`(${code})`);
  expect(out).toMatch(/^-:\d+:\d+: /);
  expect(Number(/^-:(\d+):/.exec(out)![1])).toBe(Number(place.split(':')[0]));
  expect(JSON.parse((await validate(text, '--json')).out)).toMatchObject({ status: 'invalid', files: [{ problems: [{ code }] }] });
});

test('a file without machines, and one that is no YAML, are not fine', async () => {
  expect(await validate('machines: {}')).toMatchObject({ code: 1 });
  expect(await validate('a: [')).toMatchObject({ code: 1 });
});
