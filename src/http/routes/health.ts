import type { Registry } from 'prom-client';
import { z } from 'zod';
import type { Api, RouteContext } from '../api.ts';
import { problems } from '../schemas/problem.ts';

const tags = ['operations'];

const readiness = z.object({
  status: z.enum(['ready', 'not_ready']),
  database: z.boolean(),
  queue: z.boolean(),
  details: z.record(z.string(), z.string()),
});

/** Whether the process lives, whether it can work, and its figures. */
export function addHealthRoutes(app: Api, context: RouteContext & { metrics: Registry }): void {
  app.get(
    '/healthz',
    {
      config: { access: 'public' },
      schema: {
        summary: 'Say that the process lives',
        tags,
        security: [],
        response: { 200: z.object({ status: z.literal('ok'), version: z.string() }) },
      },
    },
    async () => ({ status: 'ok' as const, version: context.version }),
  );
  addGreetingRoutes(app, context);
  app.get(
    '/readyz',
    {
      config: { access: 'public' },
      schema: {
        summary: 'Say whether database and queue can be used',
        tags,
        security: [],
        response: { 200: readiness, 503: readiness.describe('Not now') },
      },
    },
    async (_request, reply) => {
      const { database, queue, details } = await context.health();
      const ready = database && queue;
      return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not_ready', database, queue, details });
    },
  );
  app.get(
    '/metrics',
    {
      config: { access: { right: 'read', on: 'everything' } },
      schema: {
        summary: 'Read the figures in the Prometheus text format',
        tags,
        response: { 200: { description: 'The figures', content: { 'text/plain': { schema: z.string() } } }, ...problems() },
      },
    },
    async (_request, reply) => reply.type(context.metrics.contentType).send(await context.metrics.metrics()),
  );
}

/** For scripts that only want to know whether somebody is there, and who. */
function addGreetingRoutes(app: Api, context: RouteContext): void {
  app.get(
    '/ping',
    {
      config: { access: 'public' },
      schema: {
        summary: 'Answer pong',
        tags,
        security: [],
        response: { 200: { description: 'pong', content: { 'text/plain': { schema: z.literal('pong') } } } },
      },
    },
    async (_request, reply) => reply.type('text/plain; charset=utf-8').send('pong'),
  );
  app.get(
    '/version',
    {
      config: { access: 'public' },
      schema: {
        summary: 'Say which version runs',
        tags,
        security: [],
        response: { 200: z.object({ name: z.literal('repowatch'), version: z.string() }) },
      },
    },
    async () => ({ name: 'repowatch' as const, version: context.version }),
  );
}
