import { expect, test } from '@jest/globals';
import { fastify } from 'fastify';
import { withLink } from './paging.ts';
import { wantedVersion } from './version-tag.ts';

test.each([
  [null, 'http://inside:8080'],
  ['https://watch.example.com', 'https://watch.example.com'],
  ['https://example.com/repowatch', 'https://example.com/repowatch'],
])('Link begins with what people call us: PUBLIC_URL %p', async (publicUrl, base) => {
  const app = fastify();
  app.decorate('publicUrl', publicUrl);
  app.get('/api/runs', (request, reply) => withLink(request, reply, { data: [], meta: { next: 'Mg' } }));
  const { headers } = await app.inject({ url: '/api/runs?status=dead&limit=2', headers: { host: 'inside:8080' } });
  expect(headers['link']).toBe(`<${base}/api/runs?status=dead&limit=2&cursor=Mg>; rel="next"`);
});

test.each([
  [undefined, undefined],
  ['*', undefined],
  ['"7.3.abc"', 3],
  ['"7.2.abc", "7.3.abc"', 3],
  ['"x","7.3.abc"', 3],
  ['W/"7.3.abc"', 0],
  ['"8.3.abc"', 0],
  ['7.3.abc', 0],
])('If-Match: %s', (header, version) => {
  expect(wantedVersion('7', header)).toBe(version);
});
