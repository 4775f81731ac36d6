import { describe, expect, test } from '@jest/globals';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { listPages } from './list-pages.ts';
import { printList } from './print-list.ts';
import { createPaint } from './show-problem.ts';
import { drawTable, printable } from './show-table.ts';

const plain = createPaint(false, {});

describe('tables', () => {
  test('stand in columns, whatever the letters, and nothing in them steers the terminal', () => {
    const rows = [
      { name: 'a', note: 'x\u001B[31m', count: 2 },
      { name: '日本', note: null, count: undefined },
      { name: 'long name', note: '', count: 10 },
    ];
    const columns = [
      { title: 'name', cell: (row: (typeof rows)[number]) => row.name },
      { title: 'n', cell: (row: (typeof rows)[number]) => row.count },
      { title: 'note', cell: (row: (typeof rows)[number]) => row.note },
    ];
    expect(drawTable(rows, columns, { paint: plain })).toEqual([
      'NAME       N   NOTE',
      'a          2   x?[31m',
      '日本       -   -',
      'long name  10  -',
    ]);
    expect(printable('a\u202Eb\nc')).toBe('a?b?c');
  });

  test('are coloured where a column says so, without moving what stands beside it', () => {
    const columns = [
      { title: 's', cell: (row: string) => row, colour: () => 'red' as const },
      { title: 't', cell: () => 'x' },
    ];
    expect(drawTable(['bad'], columns, { paint: createPaint(true, {}) })[1]).toBe('\u001B[31mbad\u001B[0m  x');
  });

  test('are fed page by page up to the limit, and say that there is more', async () => {
    const asked: string[] = [];
    const get = async <T>(path: string): Promise<Outcome<T>> => {
      asked.push(path);
      const last = path.includes('cursor=two');
      return ok({ data: [1, 2].map((n) => (last ? n + 2 : n)), meta: { next: last ? null : 'two' } } as T);
    };
    expect(await listPages({ get }, '/api/x', { query: { status: 'dead', none: undefined } })).toEqual(
      ok({ rows: [1, 2, 3, 4], next: null }),
    );
    expect(asked).toEqual(['/api/x?status=dead&limit=100', '/api/x?status=dead&limit=100&cursor=two']);
    expect(await listPages({ get }, '/api/x', { limit: 2 })).toEqual(ok({ rows: [1, 2], next: 'two' }));
  });

  test('a list is printed for people or for programs; a refusal is told', () => {
    const out: string[] = [];
    const told: string[] = [];
    const context = {
      environment: {},
      version: '1',
      print: (line: string) => void out.push(line),
      tell: (line: string) => void told.push(line),
      attended: false,
      listenForStop: () => new AbortController().signal,
    };
    const columns = [{ title: 'n', cell: (row: number) => row }];
    expect(printList(context, ok({ rows: [1], next: null }), { columns, json: true, empty: 'None.' })).toBe(0);
    expect(JSON.parse(out.join(''))).toEqual([1]);
    expect(printList(context, ok({ rows: [], next: null }), { columns, empty: 'None.' })).toBe(0);
    expect(printList(context, failed('forbidden', 'Not for you.'), { columns, empty: 'None.' })).toBe(4);
    expect(told).toEqual(['None.', 'Not for you. (forbidden)']);
  });
});
