import type { FastifyRequest } from 'fastify';
import { requireRight } from '../access.ts';
import type { Api, RouteContext } from '../api.ts';
import { auditRequest, auditThing } from '../audit-request.ts';
import { withLink } from '../paging.ts';
import { found, unwrap } from '../problem.ts';
import { findRepository } from '../read/repositories.ts';
import { findRepositoryPlace } from '../read/repository-place.ts';
import { findTicketDetail, listTickets } from '../read/tickets.ts';
import { requesterOf } from '../requester.ts';
import { emptyBody, idParams, pageOf, repositoryParams } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';
import { connectionBody, issueParams, ticketBody, ticketConnection, ticketDetail, ticketQuery, ticketSummary } from '../schemas/ticket.ts';

const tags = ['tickets'];

/** Tickets: the list, one with its history, making our own, and testing connections. */
export function addTicketRoutes(api: Api, context: RouteContext): void {
  const { db } = context;
  api.get(
    '/tickets',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'List tickets that steps touched, and our own, newest first',
        tags,
        querystring: ticketQuery,
        response: { 200: pageOf(ticketSummary), ...problems(422) },
      },
    },
    async (request, reply) => withLink(request, reply, await listTickets(db, request.query, requesterOf(request))),
  );
  api.get(
    '/tickets/:id',
    {
      config: { access: { right: 'read', on: 'ticket' } },
      schema: {
        summary: 'Read a ticket with what steps made of it',
        tags,
        params: idParams,
        response: { 200: ticketDetail, ...problems(404) },
      },
    },
    async (request) => await readDetail(context, request, request.params.id),
  );
  addTicketWriteRoutes(api, context);
  addConnectionRoute(api, context);
}

async function readDetail({ db }: RouteContext, request: FastifyRequest, id: string) {
  return found(await findTicketDetail(db, id, requesterOf(request)), `ticket ${id}`);
}

function addTicketWriteRoutes(api: Api, context: RouteContext): void {
  const { db, actions } = context;
  api.post(
    '/tickets',
    {
      config: { access: { right: 'write', on: 'body' } },
      schema: {
        summary: "Make one of RepoWatch's own tickets",
        tags,
        body: ticketBody,
        response: { 201: ticketDetail, ...problems(404, 409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { repository, title, body = null, status } = request.body;
      const what = `repository ${repository}`;
      const place = found(await findRepositoryPlace(db, repository), what);
      requireRight(request, 'write', { resource: { installation: place.installationId, repository: place.id }, what });
      const { id } = unwrap(await actions.tickets.create({ repositoryId: place.id, title, body, status }));
      await auditThing(db, request, { action: 'ticket.created', thing: 'ticket', id, after: { repository, title, status } });
      return reply
        .code(201)
        .header('location', `/api/tickets/${id}`)
        .send(await readDetail(context, request, id));
    },
  );
  addIssueRoutes(api, context);
}

function addIssueRoutes(api: Api, context: RouteContext): void {
  const { db, actions } = context;
  api.post(
    '/repos/:owner/:name/issues/:number/ticket',
    {
      config: { access: { right: 'write', on: 'repository' } },
      schema: {
        summary: 'Make a ticket of an issue on GitHub, once',
        tags,
        params: issueParams,
        body: emptyBody,
        response: { 201: ticketDetail, ...problems(404, 409, 413, 415, 422, 502, 503) },
      },
    },
    async (request, reply) => {
      const { owner, name, number } = request.params;
      const { id: repositoryId } = found(await findRepository(db, `${owner}/${name}`), `repository ${owner}/${name}`);
      const { id } = unwrap(await actions.tickets.createOfIssue({ repositoryId, number: Number(number) }));
      const after = { repository: `${owner}/${name}`, issue_number: Number(number) };
      await auditThing(db, request, { action: 'ticket.created', thing: 'ticket', id, after });
      return reply
        .code(201)
        .header('location', `/api/tickets/${id}`)
        .send(await readDetail(context, request, id));
    },
  );
  api.post(
    '/tickets/:id/issue',
    {
      config: { access: { right: 'write', on: 'ticket' } },
      schema: {
        summary: 'Make an issue on GitHub of a ticket and link it; 200 when it has one',
        tags,
        params: idParams,
        body: emptyBody,
        response: { 200: ticketDetail, 201: ticketDetail, ...problems(404, 409, 413, 415, 422, 502, 503) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { created } = unwrap(await actions.tickets.createIssue(id));
      const ticket = await readDetail(context, request, id);
      const after = { issue_number: ticket.issue_number };
      if (created) await auditThing(db, request, { action: 'ticket.issue_opened', thing: 'ticket', id, after });
      return reply.code(created ? 201 : 200).send(ticket);
    },
  );
}

function addConnectionRoute(api: Api, { db, actions }: RouteContext): void {
  api.post(
    '/repos/:owner/:name/tickets/test-connection',
    {
      config: { access: { right: 'manage', on: 'repository' } },
      schema: {
        summary: 'Ask Jira who the connection in a secret belongs to, and when its token ends',
        tags,
        params: repositoryParams,
        body: connectionBody,
        response: { 200: ticketConnection, ...problems(404, 409, 413, 415, 422, 502, 503) },
      },
    },
    async (request) => {
      const { owner, name } = request.params;
      const { connection } = request.body;
      const {
        id,
        full_name,
        installation_id: installationId,
      } = found(await findRepository(db, `${owner}/${name}`), `repository ${owner}/${name}`);
      const tested = unwrap(await actions.tickets.testConnection({ repositoryId: id, connection }));
      const target = { kind: 'repository', id, name: full_name };
      await auditRequest(db, request, { action: 'connection.tested', target, installationId, repositoryId: id, after: { connection } });
      return tested;
    },
  );
}
