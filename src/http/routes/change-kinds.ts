import { z } from 'zod';
import type { Api } from '../api.ts';
import { findChangeKind, listChangeKinds } from '../change-catalogue.ts';
import { found } from '../problem.ts';
import { problems } from '../schemas/problem.ts';

const tags = ['meta'];
const object = z.record(z.string(), z.unknown());

const changeKind = z
  .object({
    type: z.string(),
    noun: z.string(),
    description: z.string(),
    triggers: z.array(z.string()).describe('The words under `on:` that are about it'),
    compatibility_names: z.array(z.string()).describe('What older systems call it; lists of events take these names too'),
    compatibility_bodies: z
      .array(z.object({ event: z.string(), projectId: z.string(), owner: z.string(), projectName: z.string(), data: object }))
      .describe('The sample as the older system sent it'),
    sentence: z.string().describe('The sentence about the sample'),
    schema: object.describe('JSON Schema of the default body of a webhook'),
    sample: object.describe('A default body of a webhook'),
    data_schema: object.describe('JSON Schema of the facts: `data` of GET /api/changes/:id, and what `change` has in expressions'),
    data_sample: object,
  })
  .meta({ id: 'ChangeKind' });

/** The vocabulary: every type of change with its triggers, shape, sample and sentence. */
export function addChangeKindRoutes(api: Api): void {
  api.get(
    '/meta/changes',
    {
      config: { access: { right: 'read', on: 'anything' } },
      schema: {
        summary: 'List the types of changes with triggers, JSON Schema, sample and sentence',
        tags,
        response: { 200: z.object({ data: z.array(changeKind) }), ...problems() },
      },
    },
    async () => ({ data: [...listChangeKinds()] }),
  );
  api.get(
    '/meta/changes/:type',
    {
      config: { access: { right: 'read', on: 'anything' } },
      schema: {
        summary: 'Read one type of change, by our name or an older system’s',
        tags,
        params: z.object({ type: z.string().max(100) }),
        response: { 200: changeKind, ...problems(404) },
      },
    },
    async ({ params }) => found(findChangeKind(params.type), `type of change ${params.type}`),
  );
}
