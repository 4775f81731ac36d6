import { readFile, writeFile } from 'node:fs/promises';
import { createDb } from '../../src/db/connect.ts';
import { startHttp, withToken } from './http.ts';

/** Every operation of the OpenAPI document in its order: `GET /api/runs/:id` with its summary. */
export async function readOperations(base: string): Promise<[operation: string, summary: string][]> {
  const answer = await fetch(`${base}/api/openapi.json`, { headers: withToken });
  const { paths } = (await answer.json()) as { paths: Record<string, Record<string, { summary: string }>> };
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { summary }]): [string, string] => [
      `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      summary,
    ]),
  );
}

function renderApiTable(operations: readonly [string, string][]): string {
  const rows = operations.map(([operation, summary]) => {
    const [method = '', path = ''] = operation.split(' ');
    return [method, `\`${path}\``, summary];
  });
  const table = [['method', 'path', 'what it does'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]!.length)));
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const [head, ...body] = table.map(line);
  return [head, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body].join('\n');
}

// "node test/support/api-table.ts" writes README's table after routes have changed. No statement reaches a database for it.
if (import.meta.main) {
  const db = createDb({ url: 'postgres://127.0.0.1:9/none', poolMax: 1 });
  const server = await startHttp(db);
  const table = renderApiTable(await readOperations(server.base));
  await server.close(1_000);
  await db.destroy();
  const readme = new URL('../../README.md', import.meta.url);
  const text = await readFile(readme, 'utf8');
  await writeFile(
    readme,
    text.replace(/(<!-- api -->\n)[\s\S]*(\n<!-- \/api -->)/, (_, start: string, end: string) => `${start}\n${table}\n${end}`),
  );
}
