import type { Duplex } from 'node:stream';
import { fastify, type FastifyInstance, type FastifyReply } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { createId } from '../core/ids.ts';
import type { HttpOptions } from './http-options.ts';
import { createNodeServer } from './node-server.ts';
import { createErrorHandler, createProblem } from './problem.ts';
import { rewriteBranchPath } from './rewrite-branch-path.ts';

/** Bodies of the REST side in bytes; the intake has its own limit. */
const bodyLimit = 1024 * 1024;

/** Only a sender's id that cannot break a log line is taken over (threat model D17). */
function requestId(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[A-Za-z0-9_.-]{1,100}$/.test(header) ? header : createId();
}

/** Answers bytes that are no HTTP request, where there is no router yet. */
function refuseClient(error: { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const lines: Record<string, string> = {
    HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
    ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  };
  socket.end(`HTTP/1.1 ${lines[error.code ?? ''] ?? '400 Bad Request'}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

/** The router, without any route: what it takes, and how it refuses what is no request. */
export function createRouter(options: HttpOptions, docsUrl: string): FastifyInstance {
  const app = fastify({
    serverFactory: (router) =>
      createNodeServer({ intake: options.intake, ...(options.triggerIntake && { triggers: options.triggerIntake }), router }),
    clientErrorHandler: refuseClient,
    bodyLimit,
    // Names of branches have up to 250 bytes, each of which may be percent-encoded.
    routerOptions: { maxParamLength: 1_000 },
    rewriteUrl: ({ url = '/' }) => rewriteBranchPath(url),
    return503OnClosing: false,
    genReqId: (request) => requestId(request.headers['x-request-id']),
    frameworkErrors: (_error, request, reply: FastifyReply) => {
      const problem = createProblem(docsUrl, { code: 'request_malformed', detail: 'The address cannot be read.', instance: '/' });
      void reply.code(problem.status).header('x-request-id', request.id).type('application/problem+json').send(JSON.stringify(problem));
    },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(createErrorHandler({ docsUrl, log: options.log }));
  app.decorate('publicUrl', options.settings.publicUrl ?? null);
  app.decorateRequest('requester', undefined);
  return app;
}

/** JSON only; an empty body is none, whatever its type says. */
export function takeJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    // oxlint-disable-next-line typescript/no-floating-promises -- it answers through `done`
    else parse(request, String(body), done);
  });
}
