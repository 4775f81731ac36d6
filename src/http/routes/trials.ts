import type { FastifyRequest } from 'fastify';
import { didYouMean } from '../../core/suggest.ts';
import { RepoWatchError } from '../../core/errors.ts';
import { guessEventName } from '../../flow/change-of-event.ts';
import type { TrialSubject } from '../../flow/try-config.ts';
import { requireRight } from '../access.ts';
import type { Api, RouteContext } from '../api.ts';
import { withLink } from '../paging.ts';
import { found, unwrap } from '../problem.ts';
import { findRepository } from '../read/repositories.ts';
import { findKnownWatch, listWatchKeys, listWhy } from '../read/why.ts';
import { repositoryParams } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';
import { simulation, simulationBody, validation, validationBody, type SimulationBody } from '../schemas/trial.ts';
import { why, whyQuery } from '../schemas/why.ts';
import { TrialGate } from '../trial-gate.ts';

const tags = ['configuration'];

/** So many of the last changes are looked at when nothing is said. */
const defaultChanges = 100;

/** Up to so many changes list what every watch said. */
const maxFullChanges = 100;

/** Trying a file out before it is pushed, and asking why a watch did not run. */
export function addTrialRoutes(api: Api, context: RouteContext): void {
  const { db, actions } = context;
  api.post(
    '/config/validate',
    {
      config: { access: { right: 'read', on: 'body' } },
      schema: {
        summary: 'Check a configuration file; answers 200 also when it has errors',
        tags,
        body: validationBody,
        response: { 200: validation, ...problems(404, 413, 415, 422) },
      },
    },
    async (request) => {
      const { repository, ...file } = request.body;
      const githubId = await readGithubId(context, request, repository);
      return await actions.trials.validate({ ...file, githubId });
    },
  );
  addSimulationRoute(api, context);
  api.get(
    '/repos/:owner/:name/why',
    {
      config: { access: { right: 'read', on: 'repository' } },
      schema: {
        summary: 'List the last changes of a repository with what a watch said about each, and what keeps it from running now',
        tags,
        params: repositoryParams,
        querystring: whyQuery,
        response: { 200: why, ...problems(404, 422) },
      },
    },
    async (request, reply) => {
      const { owner, name } = request.params;
      const { watch: wanted, ...query } = request.query;
      const repository = found(await findRepository(db, `${owner}/${name}`), `repository ${owner}/${name}`);
      const known = await findKnownWatch(db, repository.id, wanted);
      const standing = await actions.trials.explainStanding(repository.github_id, known?.key ?? wanted);
      const key = known?.key ?? standing?.watch?.key;
      if (key === undefined) throw await unknownWatch(context, repository, wanted);
      const page = withLink(request, reply, await listWhy(db, repository.id, { ...query, key }));
      const { name: title = known?.name ?? key, mode = null, origin = null } = standing?.watch ?? {};
      return { repository: repository.full_name, watch: { key, name: title, mode, origin }, obstacles: standing?.obstacles ?? [], ...page };
    },
  );
}

function addSimulationRoute(api: Api, context: RouteContext): void {
  const gate = new TrialGate();
  api.post(
    '/config/simulate',
    {
      config: { access: { right: 'read', on: 'body' } },
      schema: {
        summary: 'Say what a configuration file would do, on changes that happened or on an event; sends nothing',
        tags,
        body: simulationBody,
        response: { 200: simulation, ...problems(404, 413, 415, 422) },
      },
    },
    async (request) => {
      const { body } = request;
      const { content, path, organization } = body;
      const subject = readSubject(body);
      const githubId = await readGithubId(context, request, body.repository);
      if (githubId === undefined && !('event' in subject))
        throw new RepoWatchError('request_invalid', 'Name the `repository` whose changes are meant, or give an `event`.');
      const tried = unwrap(await gate.pass(() => context.actions.trials.simulate({ content, path, organization, githubId }, subject)));
      const all = (body.verdicts ?? (tried.changes.length > maxFullChanges ? 'matched' : 'all')) === 'all';
      if (!all) for (const change of tried.changes) change.considered = change.considered.filter(({ matched }) => matched);
      return tried;
    },
  );
}

function readSubject({ changes, event, limit }: SimulationBody): TrialSubject {
  const atMost = (wanted: number) => Math.min(wanted, limit ?? wanted);
  const given = event ?? (typeof changes === 'object' && 'event' in changes ? changes.event : undefined);
  if (given) {
    const name = given.name ?? guessEventName(given.payload);
    if (name === undefined)
      throw new RepoWatchError('request_invalid', 'Nothing in the payload tells which event it is. Give its `name`, such as push.');
    return { event: { name, payload: given.payload } };
  }
  if (changes === undefined) return { last: limit ?? defaultChanges };
  if (typeof changes === 'number') return { last: atMost(changes) };
  if (Array.isArray(changes)) return { ids: changes.slice(0, limit) };
  if ('last' in changes) return { last: atMost(changes.last) };
  return { ids: 'ids' in changes ? changes.ids.slice(0, limit) : [] };
}

async function readGithubId({ db }: RouteContext, request: FastifyRequest, fullName: string | undefined): Promise<string | undefined> {
  if (fullName === undefined) return undefined;
  const what = `repository ${fullName}`;
  const repository = found(await findRepository(db, fullName), what);
  requireRight(request, 'read', { resource: { installation: repository.installation_id, repository: repository.id }, what });
  return repository.github_id;
}

async function unknownWatch({ db }: RouteContext, repository: { id: string; full_name: string }, wanted: string): Promise<RepoWatchError> {
  const keys = await listWatchKeys(db, repository.id);
  const there = keys.length === 0 ? 'It has none.' : `It has ${keys.slice(0, 20).join(', ')}.`;
  return new RepoWatchError('not_found', `${repository.full_name} has no watch \`${wanted}\`.${didYouMean(wanted, keys)} ${there}`);
}
