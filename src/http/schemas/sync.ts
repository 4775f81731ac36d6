import { z } from 'zod';
import { idText, timestamp } from './common.ts';

/** How taking over what GitHub has stands: `paused` while nothing is asked of GitHub, `errored` until the next try. */
const syncStates = ['paused', 'syncing', 'errored', 'synced'] as const;
export type SyncState = (typeof syncStates)[number];

/** How one step stands. */
const syncStepStatuses = ['done', 'active', 'waiting', 'failed'] as const;

const syncStep = z.object({
  name: z.string(),
  title: z.string().describe('What it does, for people'),
  status: z.enum(syncStepStatuses),
  text: z.string().describe('What it did, does, or why it could not'),
});
export type SyncStep = z.output<typeof syncStep>;

const syncJob = z.object({
  id: idText,
  status: z.string(),
  done: z.number().int(),
  failed: z.number().int(),
  total: z.number().int(),
  requested_by: z.string(),
  created_at: timestamp,
});

const progress = {
  state: z.enum(syncStates),
  step: z.number().int().describe('The step that is under way or could not be done, from 1; the last one when all are done'),
  of: z.number().int().describe('How many steps there are'),
  percent: z.number().int(),
  text: z.string().describe('In a sentence'),
  steps: z.array(syncStep),
  error: z.object({ message: z.string(), retry_at: timestamp.nullable().describe('When it is tried again by itself') }).nullable(),
  job: syncJob.nullable().describe('The comparison that somebody asked for and that is not over'),
  updated_at: timestamp.nullable().describe('When GitHub was asked last'),
};

/** How far a repository was taken over. */
export const repositorySyncSchema = z
  .object({ ...progress, counts: z.object({ branches: z.number().int(), tags: z.number().int(), watches: z.number().int() }) })
  .meta({ id: 'RepositorySync' });
export type RepositorySync = z.output<typeof repositorySyncSchema>;

/** How far the repositories of an installation were taken over. */
export const installationSyncSchema = z
  .object({
    ...progress,
    counts: z
      .object({ repositories: z.number().int(), configs: z.number().int(), refs: z.number().int(), failed: z.number().int() })
      .describe('Repositories that are compared; of them those whose file, and whose branches and tags were read, and those that failed'),
  })
  .meta({ id: 'InstallationSync' });
export type InstallationSync = z.output<typeof installationSyncSchema>;
