import { randomBytes } from 'node:crypto';
import { fastify } from 'fastify';
import { z } from 'zod';
import type { Api } from '../api.ts';
import { problems } from '../schemas/problem.ts';

const tags = ['meta'];

/** The page for reading the API: everything on it comes from this server, and its policy lets nothing else in. */
export function addDocsPage(api: Api): void {
  const add = (path: string, summary: string, content: { type: string; read: (nonce: string) => string | Promise<string> }) => {
    api.get(
      path,
      {
        config: { access: 'public' },
        schema: {
          summary,
          tags,
          response: { 200: { description: 'The text', content: { [content.type]: { schema: z.string() } } }, ...problems() },
        },
      },
      async (_request, reply) => {
        const nonce = randomBytes(16).toString('base64');
        const text = await content.read(nonce);
        return reply
          .header('cache-control', path === bundlePath ? 'private, max-age=86400' : 'no-store')
          .header('content-security-policy', policyWith(nonce))
          .type(`${content.type}; charset=utf-8`)
          .send(text);
      },
    );
  };
  add('/docs', 'Read this document as a page', { type: 'text/html', read: renderPage });
  add('/docs/start.js', 'Start the page', { type: 'text/javascript', read: () => startScript });
  add(bundlePath, 'Draw the page', { type: 'text/javascript', read: readBundle });
}

const bundlePath = '/docs/scalar.js';

/** The bundle writes its style sheet itself, under the nonce of the page; scripts are files of ours only. */
function policyWith(nonce: string): string {
  const policy = {
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': `'self' 'nonce-${nonce}'`,
    'style-src-attr': "'unsafe-inline'",
    'img-src': "'self' data:",
    'font-src': "'self' data:",
    'connect-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  };
  return Object.entries(policy)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');
}

function renderPage(nonce: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta property="csp-nonce" nonce="${nonce}" content="${nonce}">
    <title>RepoWatch API</title>
  </head>
  <body>
    <div id="app"></div>
    <script src="/api/docs/scalar.js"></script>
    <script type="module" src="/api/docs/start.js"></script>
  </body>
</html>
`;
}

/** Only whoever has signed in may read the document; everybody else is led there. */
const startScript = `const answer = await fetch('/api/openapi.json', { credentials: 'same-origin' });
if (answer.ok) {
  Scalar.createApiReference('#app', {
    content: await answer.json(),
    withDefaultFonts: false,
    telemetry: false,
    hideClientButton: true,
    showDeveloperTools: 'never',
    agent: { disabled: true },
    mcp: { disabled: true },
  });
} else {
  const link = document.createElement('a');
  link.href = '/login?return_to=/api/docs';
  link.textContent = 'Sign in to read the API';
  document.querySelector('#app').append(link);
}
`;

let bundle: Promise<string> | undefined;

/** The bundle as its package serves it: four megabytes, read when somebody opens the page for the first time. */
async function readBundle(): Promise<string> {
  bundle ??= (async () => {
    const { default: scalar } = await import('@scalar/fastify-api-reference');
    const shelf = fastify();
    await shelf.register(scalar, { routePrefix: '/docs', configuration: { url: '/api/openapi.json' } });
    const { payload } = await shelf.inject('/docs/js/scalar.js');
    await shelf.close();
    return payload;
  })();
  return await bundle;
}
