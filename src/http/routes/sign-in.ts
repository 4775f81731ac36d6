import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { RepoWatchError } from '../../core/errors.ts';
import { transaction } from '../../db/transaction.ts';
import { insertToken } from '../../people/api-tokens.ts';
import { recordAudit } from '../../people/audit.ts';
import { tokenScopes } from '../../people/requester.ts';
import type { Api, RouteContext } from '../api.ts';
import { createMinutePace } from '../minute-pace.ts';
import type { SignInActions } from '../people-actions.ts';
import { unwrap } from '../problem.ts';
import { emptyBody, filterText, timestamp } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';

const tags = ['people'];

/** How long a token lasts that a command line gets by signing in. Milliseconds. */
const tokenMs = 90 * 24 * 60 * 60 * 1000;

/** Begun sign-ins of devices in a minute: each asks GitHub, and anybody can begin one. */
const beginningsPerMinute = 30;

/** Questions of devices in a minute, each of which asks GitHub, too: 25 that wait as GitHub wants them to. */
const pollsPerMinute = 300;

const deviceSchema = z
  .object({
    device_code: z.string().describe('What to come back with; keep it to yourself'),
    user_code: z.string().describe('What the person types in'),
    verification_uri: z.string().describe('Where they type it in'),
    expires_in: z.number().describe('Seconds until the code is worth nothing'),
    interval: z.number().describe('Seconds to wait between two questions'),
  })
  .meta({ id: 'DeviceSignIn' });

const pollBody = z.strictObject({ device_code: filterText(500), name: filterText(100).optional().describe('What the token is called') });
const signedSchema = z
  .object({ token: z.string().describe('An API token. It is shown this once'), login: z.string(), expires_at: timestamp })
  .meta({ id: 'SignedIn' });

/** Signing in with GitHub from a terminal: a code that a person types in on GitHub becomes an API token. */
export function addSignInRoutes(api: Api, context: RouteContext): void {
  const hasTime = createMinutePace(beginningsPerMinute);
  api.post(
    '/sign-in/device',
    {
      config: { access: 'public' },
      schema: {
        summary: 'Begin to sign in with GitHub without a browser',
        tags,
        security: [],
        body: emptyBody,
        response: { 200: deviceSchema, ...problems(404, 413, 415, 422, 502, 503) },
      },
    },
    async (_request, reply) => {
      const signIn = readSignIn(context);
      if (!hasTime()) throw tooMany(reply, 'Too many sign-ins were begun at once. Try again in a minute.');
      const device = unwrap(await signIn.beginDevice());
      return {
        device_code: device.deviceCode,
        user_code: device.userCode,
        verification_uri: device.verificationUri,
        expires_in: device.expiresInSeconds,
        interval: device.intervalSeconds,
      };
    },
  );
  addDevicePoll(api, context);
}

function addDevicePoll(api: Api, context: RouteContext): void {
  const { db } = context;
  const hasTime = createMinutePace(pollsPerMinute);
  api.post(
    '/sign-in/device/poll',
    {
      config: { access: 'public' },
      schema: {
        summary: 'Ask whether the person has typed in the code; answers an API token once they have',
        tags,
        security: [],
        body: pollBody,
        response: { 200: signedSchema, ...problems(404, 409, 413, 415, 422, 502, 503) },
      },
    },
    async (request, reply) => {
      const signIn = readSignIn(context);
      if (!hasTime()) throw tooMany(reply, 'Too many devices ask at once. Ask again in a minute.');
      const { userId, login } = unwrap(await signIn.finishDevice(request.body.device_code));
      const name = request.body.name ?? 'command line';
      const expiresAt = new Date(Date.now() + tokenMs);
      const free = { installations: null, repositories: null, projects: null };
      const text = await transaction(db, async (trx) => {
        const made = await insertToken(trx, { userId, name, scopes: [...tokenScopes], ...free, createdBy: login, expiresAt });
        await recordAudit(trx, {
          by: { kind: 'user', id: userId, login },
          action: 'token.created',
          target: { kind: 'token', id: made.id, name },
          installationId: null,
          after: { name, scopes: tokenScopes, expires_at: expiresAt },
          requestId: request.id,
        });
        return made.text;
      });
      return { token: text, login, expires_at: expiresAt.toISOString() };
    },
  );
}

function readSignIn({ people }: RouteContext): SignInActions {
  if (people?.signIn !== undefined) return people.signIn;
  throw new RepoWatchError('sign_in_off', 'Signing in with GitHub is not set up here: CLIENT_ID and CLIENT_SECRET are missing.');
}

function tooMany(reply: FastifyReply, text: string): RepoWatchError {
  void reply.header('retry-after', '60');
  return new RepoWatchError('too_many_attempts', text);
}
