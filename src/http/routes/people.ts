import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { RepoWatchError } from '../../core/errors.ts';
import { sqlState, transaction } from '../../db/transaction.ts';
import type { Right } from '../../people/may-do.ts';
import { deletePerson, findPerson, insertPerson, lockPeople, updatePerson, type PersonUpdate } from '../../people/people-map.ts';
import { requireRight } from '../access.ts';
import type { Api, RouteContext } from '../api.ts';
import { auditRequest } from '../audit-request.ts';
import { withLink } from '../paging.ts';
import { found } from '../problem.ts';
import { findOnlyInstallation, listPeople, personItem } from '../read/people.ts';
import { requesterOf } from '../requester.ts';
import { pageOf } from '../schemas/common.ts';
import {
  emailSchema,
  loginSchema,
  personBody,
  personParams,
  personQuery,
  personSchema,
  personScope,
  type PersonBody,
} from '../schemas/person.ts';
import { problems } from '../schemas/problem.ts';

const tags = ['people'];
const scope = z.strictObject(personScope);

/** Who somebody on GitHub is elsewhere: listed, read, written and removed, within an installation. */
export function addPeopleRoutes(api: Api, context: RouteContext): void {
  const { db } = context;
  api.get(
    '/people',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'List who people on GitHub are elsewhere',
        tags,
        querystring: personQuery,
        response: { 200: pageOf(personSchema), ...problems(422) },
      },
    },
    async (request, reply) => withLink(request, reply, await listPeople(db, request.query, requesterOf(request))),
  );
  api.get(
    '/people/:person',
    {
      config: { access: { right: 'read', on: 'body' } },
      schema: {
        summary: 'Read a person by login or e-mail address',
        tags,
        params: personParams,
        querystring: scope,
        response: { 200: personSchema, ...problems(404, 422) },
      },
    },
    async (request) => {
      const { person } = request.params;
      const installation = await readInstallation(context, request, { right: 'manage', id: request.query.installation });
      return personItem(found(await findPerson(db, installation, person), `person ${person}`));
    },
  );
  addPersonPut(api, context);
  addPersonRemoval(api, context);
}

function addPersonPut(api: Api, context: RouteContext): void {
  api.put(
    '/people/:person',
    {
      config: { access: { right: 'manage', on: 'body' } },
      schema: {
        summary: 'Say who a person is elsewhere, by their login or e-mail address',
        tags,
        params: personParams,
        querystring: scope,
        body: personBody,
        response: { 200: personSchema, 201: personSchema, ...problems(404, 409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { person } = request.params;
      const installationId = await readInstallation(context, request, { right: 'manage', id: request.query.installation });
      const update = toUpdate(person, request.body);
      const { entry, created } = await transaction(context.db, async (trx) => {
        await lockPeople(trx, installationId);
        const before = await findPerson(trx, installationId, person);
        await write(async () => {
          if (before) await updatePerson(trx, before, update);
          else await insertPerson(trx, installationId, { ...update, githubLogin: readLogin(update) });
        });
        const name = update.githubLogin ?? before?.githubLogin ?? person;
        const after = found(await findPerson(trx, installationId, name), `person ${person}`);
        const target = { kind: 'person', id: after.id, name: after.githubLogin };
        const action = before ? 'person.updated' : 'person.created';
        await auditRequest(trx, request, {
          action,
          target,
          installationId,
          before: before && personItem(before),
          after: personItem(after),
        });
        return { entry: after, created: before === undefined };
      });
      return reply.code(created ? 201 : 200).send(personItem(entry));
    },
  );
}

function addPersonRemoval(api: Api, context: RouteContext): void {
  api.delete(
    '/people/:person',
    {
      config: { access: { right: 'manage', on: 'body' } },
      schema: {
        summary: 'Forget who a person is elsewhere',
        tags,
        params: personParams,
        querystring: scope,
        response: { 204: z.null().describe('Forgotten'), ...problems(404, 422) },
      },
    },
    async (request, reply) => {
      const { person } = request.params;
      const installationId = await readInstallation(context, request, { right: 'manage', id: request.query.installation });
      await transaction(context.db, async (trx) => {
        const before = found(await findPerson(trx, installationId, person), `person ${person}`);
        await deletePerson(trx, before.id);
        const target = { kind: 'person', id: before.id, name: before.githubLogin };
        await auditRequest(trx, request, { action: 'person.deleted', target, installationId, before: personItem(before) });
      });
      return reply.code(204).send(null);
    },
  );
}

/** The installation that is meant, for somebody who may do that there. */
async function readInstallation(
  { db }: RouteContext,
  request: FastifyRequest,
  { right, id }: { right: Right; id: string | undefined },
): Promise<string> {
  const chosen = id ?? (await findOnlyInstallation(db, requesterOf(request)));
  if (chosen === undefined)
    throw new RepoWatchError('request_invalid', 'Say which installation is meant: ?installation=<id>. There are none here, or several.', {
      details: [{ path: 'installation', message: 'is needed' }],
    });
  requireRight(request, right, { resource: { installation: chosen }, what: `installation ${chosen}` });
  const { rows } = await db.raw<{ rows: unknown[] }>('select 1 from installations where id = ?', [chosen]);
  found(rows[0], `installation ${chosen}`);
  return chosen;
}

function toUpdate(person: string, body: PersonBody): PersonUpdate {
  const { email, github_login: githubLogin, jira_account_id: jiraAccountId, slack_id: slackId } = body;
  const isAddress = person.includes('@');
  const read = (isAddress ? emailSchema : loginSchema).safeParse(person);
  if (!read.success) throw new RepoWatchError('request_invalid', `${person} is neither a login on GitHub nor an e-mail address.`);
  return {
    githubLogin: githubLogin ?? (isAddress ? undefined : person),
    email: email ?? (isAddress ? person : email),
    jiraAccountId,
    slackId,
  };
}

function readLogin({ githubLogin }: PersonUpdate): string {
  if (githubLogin !== undefined) return githubLogin;
  throw new RepoWatchError('request_invalid', 'Nobody is known by this address. Give their github_login.', {
    details: [{ path: 'github_login', message: 'is needed for a person who is new' }],
  });
}

/** Each address and each account is one person's. */
async function write(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (sqlState(error) !== '23505') throw error;
    throw new RepoWatchError('conflict', 'Another person of this installation has this login, address or account. Change that one first.');
  }
}
