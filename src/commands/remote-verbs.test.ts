import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { remoteVerbs } from './add-remote-verbs.ts';
import { addQuery, fillPath, optionNames, optionsAsQuery } from './fill-path.ts';
import { runProgram } from './program.ts';
import { readEvents } from './read-events.ts';
import { relativeTime } from './relative-time.ts';
import { createPaint } from './show-problem.ts';
import { drawThing } from './show-thing.ts';

async function run(words: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runProgram(
    {
      environment: {},
      version: '1.2.3',
      print: (line) => void out.push(line),
      tell: (line) => void err.push(line),
      attended: false,
      listenForStop: () => new AbortController().signal,
    },
    words,
  );
  return { code, out: out.join('\n'), err: err.join('\n') };
}

const verbs = Object.entries(remoteVerbs).flatMap(([word, entry]) =>
  'kind' in entry ? [[word]] : Object.keys(entry.verbs).map((below) => [word, below]),
);

describe('verbs of a server', () => {
  test('each has help with an example that begins with it', async () => {
    for (const words of verbs) {
      const { code, out } = await run([...words, '--help']);
      const example = new RegExp(`Example:\n  \\$ repowatch ${words.join(' ')}(?= |\n|$)`);
      expect({ words, code, hasExample: example.test(out) }).toEqual({ words, code: 0, hasExample: true });
    }
  });

  test('each has its place in docs/cli.md', async () => {
    const page = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8');
    const rows = page.slice(page.indexOf('<!-- verbs -->'), page.indexOf('<!-- /verbs -->')).split('\n');
    const missing = verbs.filter(([word, below]) => {
      const row = rows.find((line) => line.startsWith(`| \`${word}\``));
      return row === undefined || (below !== undefined && !row.includes(`\`${below}\``));
    });
    expect(missing).toEqual([]);
  });

  test('what is mistyped is guessed: a verb, one below it, an option', async () => {
    expect((await run(['triggres'])).err).toContain('Did you mean triggers?');
    expect((await run(['runs', 'lsit'])).err).toContain('Did you mean list?');
    expect((await run(['runs', 'list', '--statsu', 'dead'])).err).toContain('Did you mean --status?');
  });

  test('all are completed in each shell, and sync is reconcile', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { code, out } = await run(['completion', shell]);
      expect({ shell, code, missing: verbs.flat().filter((word) => !out.includes(word)) }).toEqual({ shell, code: 0, missing: [] });
      expect(out).toContain('replay-of');
      if (shell === 'bash') expect(spawnSync('bash', ['-n'], { input: out, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    }
    expect((await run(['completion', 'csh'])).code).toBe(1);
    expect((await run(['sync', '--help'])).out).toContain('reconcile|sync');
  });

  test('nobody is signed in where there is no token', async () => {
    expect(await run(['repos', 'list'])).toMatchObject({ code: 4, err: expect.stringContaining('repowatch login') });
  });
});

describe('addresses', () => {
  test('arguments stay in their place of a path, options become a query', () => {
    const fill = (path: string, args: Record<string, string>) => {
      const filled = fillPath(path, args);
      return filled.ok ? filled.value : null;
    };
    expect(fill('/api/repos/:repository/watches/:watch', { repository: 'a/b', watch: 'c/../d?e' })).toBe(
      '/api/repos/a/b/watches/c%2F..%2Fd%3Fe',
    );
    for (const repository of ['', 'a', 'a/b/c', '../b', 'a/..', 'a b/c']) expect(fill('/x/:repository', { repository })).toBeNull();
    for (const id of ['', '.', '..']) expect(fill('/x/:id', { id })).toBeNull();
    expect(optionNames({ '--replay-of <id>': '', '-x, --no-wait': '', '--all': '' })).toEqual(['replayOf', 'wait', 'all']);
    expect(optionsAsQuery({ replayOf: '1', watchKey: 'w', all: true, other: 'x' }, ['replayOf', 'watchKey', 'all', 'none'])).toEqual({
      replay_of: '1',
      watch: 'w',
      all: 'true',
    });
    expect(addQuery('/x?a=1', { b: ['1', '&'], c: undefined })).toBe('/x?a=1&b=1&b=%26');
  });
});

test('moments are told from now', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  const at = (seconds: number) => relativeTime(new Date(now - seconds * 1000).toISOString(), now);
  expect([0, 5, 90, 7_200, 172_800, -90, 90 * 86_400].map(at)).toEqual([
    'now',
    '5s ago',
    '1m ago',
    '2h ago',
    '2d ago',
    'in 1m',
    '2026-08-24',
  ]);
});

test('events of a stream are read across its pieces', async () => {
  const pieces = [': hello\n\nevent: line\nda', 'ta: {"a":1}\nid: 7\n\n', 'data: x\r\ndata: y\r\n\r\ndata: cut'];
  const body = new ReadableStream({
    start(stream) {
      for (const piece of pieces) stream.enqueue(new TextEncoder().encode(piece));
      stream.close();
    },
  });
  const events: unknown[] = [];
  for await (const event of readEvents(new Response(body))) events.push(event);
  expect(events).toEqual([
    { event: 'line', data: '{"a":1}', id: '7' },
    { event: 'message', data: 'x\ny', id: undefined },
  ]);
});

test('a thing has a line for each part, blocks for long ones, and nothing that steers', () => {
  const thing = {
    id: '1',
    'ke\u001By': 'a\u009Bb',
    at: null,
    on: true,
    owner: { login: 'mona' },
    text: 'one\ntwo\u001B',
    list: ['a', 'b'],
    none: {},
  };
  expect(drawThing(thing, {}, { paint: createPaint(false, {}) })).toEqual([
    'id           1',
    'ke?y         a?b',
    'at           -',
    'on           yes',
    'owner.login  mona',
    'text:',
    '  one',
    '  two?',
    'list         a, b',
    'none         -',
  ]);
});
