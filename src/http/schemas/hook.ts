import { z } from 'zod';
import { hookFormats } from '../../watches/hooks.ts';
import { filterText, idText, repositoryName, repositoryParams, timestamp } from './common.ts';

const events = z
  .union([z.literal('all'), z.array(z.string().max(200)).max(200)])
  .describe('`all`, or a list of events: our types and the names of the older systems (GET /api/meta/changes). An empty list never fires.');
const options = z
  .record(z.string().max(200), z.unknown())
  .refine((value) => JSON.stringify(value).length <= 4096, 'must not be longer than 4 KiB as JSON')
  .describe('Kept for whoever made the hook; RepoWatch does nothing with it.');
const format = z
  .enum(hookFormats)
  .describe(
    'The bodies: `webgme` as the older system sent them, one for each event; `standard`, `github` and `radar` as webhook steps have them.',
  );
const description = z.string().max(1000);

/** A hook as the API shows it; names and times as the older system wrote them. */
export const hookSchema = z
  .object({
    id: z.string(),
    url: z.string().describe('Only its host for whoever may not change it: addresses of receivers often hold a token'),
    events,
    active: z.boolean(),
    description,
    options,
    format,
    hasSecret: z.boolean().describe('Whether its messages are signed with a key of its own'),
    createdAt: timestamp,
    updatedAt: timestamp,
    watch: z.string().describe('The watch that it stands for: GET /api/runs?watch=… lists what it sent'),
  })
  .meta({ id: 'Hook' });

export type HookItem = z.output<typeof hookSchema>;

/** A hook for new repositories; without an address it is only kept. */
export const defaultHookSchema = hookSchema
  .omit({ watch: true, url: true })
  .extend({ url: z.string().nullable() })
  .meta({ id: 'DefaultHook' });

/** Hooks by their ids; `{}` when there are none. */
export const hooksSchema = z.record(z.string(), hookSchema);

const hookId = filterText(100)
  .refine((id) => !/\p{Cc}/u.test(id) && !id.includes('${{'), 'must be plain text in one line')
  .describe('Any text; you choose it');

/** The parameters of a route that names a hook. */
export const hookParams = repositoryParams.extend({ hookId });

/** The parameters of a route that names a hook for new repositories. */
export const defaultHookParams = z.strictObject({ id: idText, hookId });

const url = z
  .string()
  .min(1)
  .max(2000)
  .refine((text) => !/[\0\s]/.test(text) && !text.includes('${{'), 'must be an address without blanks and expressions')
  .describe('Where to send: https, or http to a destination that the operator lists in OUTBOUND_ALLOW');
const secret = z
  .string()
  .min(1)
  .max(1000)
  .nullable()
  .describe('The signing key (Standard Webhooks); never shown again. null takes it away');

const words = {
  events: events.optional(),
  active: z.boolean().optional(),
  description: description.nullable().optional(),
  options: options.optional(),
  format: format.optional(),
  secret: secret.optional(),
};

/** The body that makes or replaces a hook. */
export const hookBody = z.strictObject({ url, ...words });

/** The body that changes a hook: what is left out stays. */
export const hookPatch = z.strictObject({ url: url.optional(), ...words });

/** The body of a hook for new repositories; one without an address is only kept. */
export const defaultHookBody = z.strictObject({ url: url.optional(), ...words });

/** The body that takes over hooks. */
export const hookCopyBody = z.strictObject({ from: repositoryName.describe('owner/name of a repository of the same installation') });

/** Conditions of a request. */
export const hookConditions = z.looseObject({
  'if-none-match': z.literal('*').optional().describe('Only make it, never replace it'),
  'if-match': z.string().max(200).optional().describe('The ETag that it must have'),
});
