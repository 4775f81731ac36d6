import { request } from 'node:http';
import { Readable } from 'node:stream';

/** A process that sends so many large bodies at once, every other one without a length, and prints the statuses as JSON. Usage: flood.ts URL COUNT BYTES HEADERS */
const [url = '', count = '0', bytes = '0', headers = '{}'] = process.argv.slice(2);

function* filler(total: number): Generator<Buffer> {
  const part = Buffer.alloc(64 * 1024, 'x');
  for (let left = total; left > 0; left -= part.length) yield left < part.length ? part.subarray(0, left) : part;
}

function send(index: number): Promise<number> {
  return new Promise((resolve) => {
    const length = index % 2 === 0 ? { 'content-length': bytes } : {};
    const sent = request(url, {
      method: 'POST',
      agent: false,
      headers: { ...(JSON.parse(headers) as Record<string, string>), 'x-github-delivery': `flood-${index}`, ...length },
    });
    sent.on('response', (response) => {
      response.resume().on('end', () => {
        sent.destroy();
        resolve(response.statusCode ?? 0);
      });
    });
    sent.on('error', () => resolve(0));
    Readable.from(filler(Number(bytes))).pipe(sent);
  });
}

const statuses = await Promise.all(Array.from({ length: Number(count) }, (_, index) => send(index)));
process.stdout.write(JSON.stringify(statuses));
