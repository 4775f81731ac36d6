import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { runProgram } from './program.ts';

const thread = { id: '1', at: '2026-01-01T10:00:00.000Z', status: 'done', repository: 'acme/app', delivery: null, changes: [] };
const event = (id: string, more: object) => `id: ${id}\nevent: thread\ndata: ${JSON.stringify({ thread: { ...thread, ...more } })}\n\n`;

test('tail goes on where it was when a connection breaks, tells nothing twice, and ends when it is refused', async () => {
  const asked: (string | null)[] = [];
  const answers: ((response: ServerResponse) => void)[] = [
    (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(event('d1', { id: '1' }) + event('d2', { id: '2' }), () => response.destroy());
    },
    (response) => response.writeHead(503, { 'content-type': 'application/problem+json' }).end('{"code":"database_unavailable"}'),
    (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(event('d2', { id: '2' }) + event('d3', { id: '3' }));
    },
    (response) => response.writeHead(401, { 'content-type': 'application/problem+json' }).end('{"code":"unauthorized","detail":"No."}'),
  ];
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://here').searchParams.get('after'));
    answers[asked.length - 1]?.(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const [out, err]: [string[], string[]] = [[], []];
  const environment = {
    REPOWATCH_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    REPOWATCH_TOKEN: 'a-token-for-tests',
  };
  try {
    const code = await runProgram(
      {
        environment,
        version: '1.2.3',
        print: (line) => void out.push(line),
        tell: (line) => void err.push(line),
        attended: false,
        listenForStop: () => new AbortController().signal,
      },
      ['tail', '--json'],
    );
    expect([code, asked]).toEqual([4, [null, 'd2', 'd2', 'd3']]);
    expect(out.map((line) => (JSON.parse(line) as { thread: { id: string } }).thread.id)).toEqual(['1', '2', '3']);
    expect(err.filter((line) => line.startsWith('Connected again.'))).toHaveLength(1);
    expect(err.at(-1)).toContain('repowatch login');
  } finally {
    server.close();
  }
});
