import { z } from 'zod';
import { runStatuses } from '../../core/statuses.ts';
import { changeSummary } from './change.ts';
import { filterText, idText, pageQuery, someOf } from './common.ts';

/** The filters of the list of a project's runs. */
export const projectRunQuery = z.strictObject({
  status: someOf(runStatuses).optional().describe('One status or several: with commas, or given several times'),
  action: idText.optional().describe('The id of one of its actions'),
  ...pageQuery,
});
export type ProjectRunQuery = z.output<typeof projectRunQuery>;

/** What happened to a branch or a tag, with the commit that it led to. */
export const projectChange = changeSummary.extend({
  commit: z
    .object({ sha: z.string(), message: z.string(), author: z.string().nullable() })
    .nullable()
    .describe('Null for what was deleted, and where nothing was told of it'),
});
export type ProjectChange = z.output<typeof projectChange>;
export const projectChangeQuery = z.strictObject({
  branch: filterText(300).optional(),
  repository: filterText(201).optional().describe('owner/name'),
  ...pageQuery,
});
export type ProjectChangeQuery = z.output<typeof projectChangeQuery>;
