import { describe, expect, test } from '@jest/globals';
import { readCorpus } from '../../test/support/config-corpus.ts';
import { editYaml, valueOfYaml, type YamlEdit } from './edit-yaml.ts';
import { isMapping } from './problems.ts';
import { setInside } from './yaml-splices.ts';

const file = `# head
version: 1

watches:
  # about a
  a: # trailing
    on: push # why
    steps:
      # first
      - uses: x # c
        with: { a: 1 }
      # second
      - uses: y

  # about b
  b:
    on: { push: { branches: [main, 'v*'] } }
    # end of b

# tail
vars:
  x: 1
`;

const edit = (text: string, ...edits: YamlEdit[]): string => {
  const edited = editYaml(text, edits);
  if (!edited.ok) throw new Error(edited.message);
  return edited.value;
};
/** The lines of one text that the other lacks. */
const less = (one: string, other: string): string[] => one.split('\n').filter((line) => !other.split('\n').includes(line));

describe('an edit of a file', () => {
  test.each<[string, YamlEdit[], string[], string[]]>([
    ['a word', [{ do: 'set', path: ['watches', 'a', 'steps', 1, 'uses'], value: 'z' }], ['      - uses: y'], ['      - uses: z']],
    ['a new key, where people write it', [{ do: 'set', path: ['watches', 'a', 'if'], value: '${{ x }}' }], [], ['    if: ${{ x }}']],
    [
      'inside braces',
      [{ do: 'set', path: ['watches', 'b', 'on', 'push', 'branches'], value: ['main'] }],
      ["    on: { push: { branches: [main, 'v*'] } }"],
      ['    on: { push: { branches: [main] } }'],
    ],
    [
      'a key less, with what is said above it',
      [{ do: 'remove', path: ['watches', 'b'] }],
      ['  # about b', '  b:', "    on: { push: { branches: [main, 'v*'] } }"],
      [],
    ],
    [
      'a step more',
      [{ do: 'set', path: ['watches', 'a', 'steps', 2], value: { uses: 'w', with: { run: 'a\nb\n' } } }],
      [],
      ['      - uses: w', '        with:', '          run: |', '            a', '            b'],
    ],
    [
      'the first key of a step',
      [{ do: 'set', path: ['watches', 'a', 'steps', 1, 'id'], value: 'k' }],
      ['      - uses: y'],
      ['      - id: k', '        uses: y'],
    ],
    ['another name', [{ do: 'rename', path: ['watches', 'a'], key: 'c' }], ['  a: # trailing'], ['  c: # trailing']],
    [
      'a short form written out',
      [{ do: 'set', path: ['watches', 'a', 'on'], value: { push: { paths: ['!x'] } } }],
      ['    on: push # why'],
      ['    # why', '    on:', '      push:', '        paths: ["!x"]'],
    ],
  ])('changes nothing else: %s', (...[, edits, gone, come]) => {
    const edited = edit(file, ...edits);
    expect({ gone: less(file, edited), come: less(edited, file) }).toEqual({ gone, come });
  });

  test('takes the comments of a step along to its new place', () => {
    const swapped = edit(file, { do: 'swap', path: ['watches', 'a', 'steps', 0] });
    expect(swapped).toContain('    steps:\n      # second\n      - uses: y\n      # first\n      - uses: x # c\n        with: { a: 1 }\n');
    expect(edit(swapped, { do: 'swap', path: ['watches', 'a', 'steps', 0] })).toBe(file);
  });

  test('begins a file, keeps CR LF, and writes out an alias that it changes', () => {
    expect(edit('# ours\n', { do: 'set', path: ['version'], value: 1 }, { do: 'set', path: ['watches', 'a'], value: { on: 'push' } })).toBe(
      '# ours\nversion: 1\nwatches:\n  a:\n    on: push\n',
    );
    expect(edit('a: 1\r\nb: 2\r\n', { do: 'set', path: ['b'], value: 3 })).toBe('a: 1\r\nb: 3\r\n');
    const aliased = edit('a: &x { k: 1 }\nb: *x\n', { do: 'set', path: ['b', 'k'], value: 2 });
    expect(valueOfYaml(aliased)?.value).toEqual({ a: { k: 1 }, b: { k: 2 } });
  });

  test('of what is no YAML is refused', () => {
    expect(editYaml('a: [', [{ do: 'set', path: ['b'], value: 1 }])).toMatchObject({ ok: false, code: 'config_syntax' });
  });

  test('of every good file in the corpus says what was meant, and keeps every comment', async () => {
    const wrong: string[] = [];
    for (const [name, bytes] of await readCorpus('valid')) {
      const text = bytes.toString();
      const value = valueOfYaml(text)?.value;
      const watches = isMapping(value) && isMapping(value['watches']) ? Object.entries(value['watches']) : [];
      for (const [key, watch] of watches.filter((entry) => isMapping(entry[1]))) {
        const changes: [string, unknown][] = [
          ['description', 'Said: "so"'],
          ['on', { push: { branches: ['main', '!x'] } }],
          ['mode', 'off'],
        ];
        for (const [part, wanted] of changes) {
          const path = ['watches', key, part];
          const edited = edit(text, { do: 'set', path, value: wanted });
          const comments = (each: string) => each.split('\n').filter((line) => line.trim().startsWith('#')).length;
          const isMeant = expectSame(valueOfYaml(edited)?.value, setInside(value, path, wanted));
          const inside = JSON.stringify((watch as Record<string, unknown>)[part] ?? '').length;
          if (!isMeant || (inside < 3 && comments(edited) < comments(text))) wrong.push(`${name}: ${key}.${part}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

function expectSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(sortKeys(one)) === JSON.stringify(sortKeys(other));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  return isMapping(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .map(([key, each]) => [key, sortKeys(each)]),
      )
    : value;
}
