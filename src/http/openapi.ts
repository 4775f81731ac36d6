import swagger from '@fastify/swagger';
import type { SwaggerTransformObject } from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Api } from './api.ts';
import { finishOperation } from './openapi-operations.ts';
import { sessionCookie } from './identify.ts';
import { intakePath } from './node-server.ts';
import { problems } from './schemas/problem.ts';

const tags = [
  { name: 'deliveries', description: 'Inbound messages exactly as received' },
  { name: 'changes', description: 'What happened, in our words' },
  { name: 'runs', description: 'Watches at work on changes' },
  { name: 'repositories', description: 'Tracked repositories, their refs and their configuration' },
  { name: 'installations', description: 'The App on its accounts' },
  { name: 'destinations', description: 'Where steps send to, and how those places are' },
  { name: 'secrets', description: 'Encrypted named values; never readable again' },
  { name: 'reconcile', description: 'Comparing with GitHub' },
  { name: 'watches', description: 'Which changes start which steps' },
  { name: 'configuration', description: 'Trying a configuration out, and asking why not' },
  { name: 'hooks', description: 'Addresses with events, as older systems had them' },
  { name: 'triggers', description: 'Inbound webhooks of other senders' },
  { name: 'tickets', description: 'What moves through states' },
  { name: 'projects', description: 'Repositories under one name, with branches, actions and secrets of their own' },
  { name: 'github', description: 'Done on GitHub for whoever asks' },
  { name: 'threads', description: 'A change with all that led to it and came of it, as it happens' },
  { name: 'jobs', description: 'What people asked for, and how far it is' },
  { name: 'recovery', description: 'What GitHub tried to deliver and could not' },
  { name: 'people', description: 'Who asks, who may what, and who did what' },
  { name: 'meta', description: 'Words and codes' },
  { name: 'operations', description: 'Health and figures' },
  { name: 'intake', description: 'Where GitHub delivers' },
];

const text = { type: 'string' };
const problemFields = { type: text, title: text, status: { type: 'integer' }, code: text, detail: text };
const problemObject = { type: 'object', required: Object.keys(problemFields), properties: problemFields };
const problem = { description: 'Refused; nothing was kept', content: { 'application/problem+json': { schema: problemObject } } };
const header = (name: string, description: string) => ({ name, in: 'header', required: true, description, schema: { type: 'string' } });

/** The intake is served beside the router, so it is written down by hand. */
const intakePathItem = {
  post: {
    summary: 'Take a delivery from GitHub; answered with 2xx only when it is committed',
    tags: ['intake'],
    security: [],
    parameters: [
      header('X-GitHub-Event', 'The name of the event'),
      header('X-GitHub-Delivery', 'The unique id of the delivery'),
      header('X-Hub-Signature-256', 'HMAC-SHA256 of the raw body under the webhook secret'),
    ],
    requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
    responses: Object.fromEntries([
      ['202', { description: 'It is committed, or was known already', content: { 'application/json': { schema: { type: 'object' } } } }],
      ...['400', '401', '408', '413', '415', '503'].map((status) => [status, problem]),
    ]) as Record<string, unknown>,
  },
};

/** So is the address of triggers. */
const triggerPathItem = {
  post: {
    summary: 'Take a message of a trigger; each provider proves itself in its own way',
    tags: ['intake'],
    security: [],
    parameters: ['provider', 'id'].map((name) => ({ name, in: 'path', required: true, schema: text })),
    requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
    responses: Object.fromEntries([
      ['202', { description: 'It is committed, or was known already', content: { 'application/json': { schema: { type: 'object' } } } }],
      ...['400', '401', '403', '404', '408', '413', '415', '422', '503'].map((status) => [status, problem]),
    ]) as Record<string, unknown>,
  },
};

type Components = Record<string, unknown>;

const triggerPath = '/webhooks/{provider}/{id}/payload';

/** Every zod schema with an id makes two components, for requests and for answers; only those that a path uses are kept. */
function keepUsed(components: Components, paths: unknown): Components {
  const used = new Set<string>();
  const visit = (value: unknown) => {
    for (const [, name] of JSON.stringify(value ?? null).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (name === undefined || used.has(name)) continue;
      used.add(name);
      visit(components[name]);
    }
  };
  visit(paths);
  return Object.fromEntries(Object.entries(components).filter(([name]) => used.has(name)));
}

const finish: SwaggerTransformObject = (document) => {
  const object = jsonSchemaTransformObject(document) as { paths?: Components; components?: { schemas?: Components } };
  const described = { ...object.paths, [intakePath]: intakePathItem, [triggerPath]: triggerPathItem } as Record<
    string,
    Record<string, Parameters<typeof finishOperation>[2]>
  >;
  const paths = Object.fromEntries(
    Object.entries(described).map(([path, item]) => [
      path,
      Object.fromEntries(Object.entries(item).map(([method, operation]) => [method, finishOperation(method, path, operation)])),
    ]),
  );
  const schemas = keepUsed(object.components?.schemas ?? {}, paths);
  return { ...object, paths, components: { ...object.components, schemas } } as unknown as ReturnType<SwaggerTransformObject>;
};

/** Derives the OpenAPI document from the schemas of the routes that are added after this. */
export async function addOpenApi(app: FastifyInstance, facts: { version: string; publicUrl: string | undefined }): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'RepoWatch',
        version: facts.version,
        description: 'GitHub delivers, watches choose, runs act, and everything is a row you can look at.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: facts.publicUrl ?? '/' }],
      tags,
      security: [{ token: [] }, { session: [] }],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'An API token (`rwt_…`), or ADMIN_TOKEN' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: sessionCookie,
            description: 'What signing in leaves in a browser; writes come from our own pages only',
          },
        },
      },
    },
    transform: (input) => {
      const transformed = jsonSchemaTransform(input);
      const { access } = input.route.config ?? {};
      return access === 'public' && transformed.schema ? { ...transformed, schema: { ...transformed.schema, security: [] } } : transformed;
    },
    transformObject: finish,
  });
}

/** Answers the document. */
export function addOpenApiRoute(api: Api): void {
  api.get(
    '/openapi.json',
    {
      config: { access: { right: 'read', on: 'anything' } },
      schema: { summary: 'Read this document', tags: ['meta'], response: { 200: z.looseObject({ openapi: z.string() }), ...problems() } },
    },
    async () => api.swagger() as unknown as { openapi: string },
  );
}
