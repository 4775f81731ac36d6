import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { StepKind } from '../../watches/config-schema.ts';
import { createJsonSchema } from '../../watches/json-schema.ts';
import type { Api } from '../api.ts';
import { createEnvelopeSchema } from '../envelope-catalogue.ts';

const tags = ['meta'];

type Kinds = readonly StepKind[];

const files = [
  {
    url: '/schema/repowatch.json',
    summary: 'Read the JSON Schema of a repository’s configuration',
    create: (kinds: Kinds) => createJsonSchema({ kinds, organization: false }),
  },
  {
    url: '/schema/repowatch-organization.json',
    summary: 'Read the JSON Schema of an organisation’s configuration',
    create: (kinds: Kinds) => createJsonSchema({ kinds, organization: true }),
  },
  { url: '/schema/envelope.v1.json', summary: 'Read the JSON Schema of the default body of webhooks', create: createEnvelopeSchema },
];

/** The JSON Schemas of the configuration language, for editors, and of webhooks, for receivers: open to everybody and cacheable, because they say nothing of anybody. */
export function addConfigSchemaRoutes(app: Api, kinds: readonly StepKind[]): void {
  for (const { url, summary, create } of files) {
    // Made when it is asked for: a start does not wait for it.
    let made: { schema: Record<string, unknown>; etag: string } | undefined;
    app.get(
      url,
      {
        config: { access: 'public' },
        schema: {
          summary,
          tags,
          security: [],
          response: {
            200: { description: 'The schema', content: { 'application/schema+json': { schema: z.record(z.string(), z.unknown()) } } },
            304: z.null().describe('It has not changed'),
          },
        },
      },
      async (request, reply) => {
        const { schema, etag } = (made ??= describe(create(kinds)));
        // Editors in a browser come from another origin.
        void reply
          .header('cache-control', 'public, max-age=3600')
          .header('etag', etag)
          .header('access-control-allow-origin', '*')
          .header('cross-origin-resource-policy', 'cross-origin');
        if (request.headers['if-none-match'] === etag) return reply.code(304).send(null);
        return reply.type('application/schema+json').send(schema);
      },
    );
  }
}

/** A schema as it is sent, with the tag of its text. */
function describe(created: object): { schema: Record<string, unknown>; etag: string } {
  const text = JSON.stringify(created, undefined, 2);
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
  return { schema: JSON.parse(text) as Record<string, unknown>, etag };
}
