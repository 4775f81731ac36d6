import type { FastifyInstance } from 'fastify';
import type { Log } from '../../core/log.ts';
import type { Assets } from '../assets.ts';
import type { Door } from '../door.ts';
import type { LiveHub } from '../live.ts';

/** What every page shares. */
export interface Site {
  app: FastifyInstance;
  assets: Assets;
  door: Door;
  hub: LiveHub;
  log: Log;
  version: string;
  /** The address that people use, when it is set. */
  publicUrl: string | undefined;
}
