import type { FastifyBaseLogger, FastifyInstance, RawReplyDefaultExpression, RawRequestDefaultExpression, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Db } from '../db/connect.ts';
import type { Health, HttpActions } from './http-options.ts';
import type { TokenGate } from './auth.ts';
import type { PeopleActions } from './people-actions.ts';

/** A router whose requests and answers are typed by their zod schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What routes work with. */
export interface RouteContext {
  db: Db;
  actions: HttpActions;
  health: () => Promise<Health>;
  version: string;
  gate: TokenGate;
  /** People who sign in with GitHub; undefined where nobody does. */
  people?: PeopleActions | undefined;
}
