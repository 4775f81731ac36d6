import type { FastifyInstance } from 'fastify';
import { Histogram, type Registry } from 'prom-client';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** An answer that stays open: its duration says nothing. */
    stream?: boolean;
  }
}

const name = 'repowatch_http_request_duration_seconds';

/** Measures every request by its route's pattern, so that no caller can make up label values. */
export function addHttpMetrics(app: FastifyInstance, metrics: Registry): void {
  const known = metrics.getSingleMetric(name) as Histogram<'method' | 'route' | 'status'> | undefined;
  const durations =
    known ??
    new Histogram({
      name,
      help: 'Time to answer a request by route, in seconds',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [metrics],
    });
  app.addHook('onResponse', async (request, reply) => {
    const { url, config } = request.routeOptions;
    if (config.stream === true) return;
    durations.observe({ method: request.method, route: url ?? 'none', status: String(reply.statusCode) }, reply.elapsedTime / 1000);
  });
}
