import { z } from 'zod';
import { envelopeSchema } from '../actions/webhook/envelope-schema.ts';
import { changeTypes } from '../changes/change.ts';

/** The JSON Schema of the default body of a webhook, version 1: one branch for each type of change. */
export function createEnvelopeSchema(): Record<string, unknown> {
  const branches = changeTypes.map((type) => {
    const { $schema: _draft, ...schema } = z.toJSONSchema(envelopeSchema(type), { target: 'draft-2020-12' });
    return Object.assign(schema, { title: type });
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'The body of a RepoWatch webhook, version 1',
    description: 'New types and new optional fields can be added to a version; nothing is taken away or changes its meaning.',
    oneOf: branches,
  };
}
