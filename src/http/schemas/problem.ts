import { z } from 'zod';

/** Every refusal has this one shape (RFC 9457), with a code of the error catalogue. */
export const problemSchema = z
  .object({
    type: z.string().describe('Where the code is explained'),
    title: z.string(),
    status: z.number().int(),
    code: z.string().describe('A code of the error catalogue'),
    detail: z.string().describe('What happened, to what, and what to do next'),
    instance: z.string().describe('The path of the request'),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });

export type Problem = z.output<typeof problemSchema>;

const reasons: Record<number, string> = {
  400: 'The request cannot be read',
  401: 'No valid token',
  403: 'Not allowed: the role or the scope is missing',
  404: 'No such thing',
  409: 'It is in another state',
  413: 'The body is too large',
  415: 'Only application/json is accepted',
  422: 'The request has errors',
  429: 'Too many attempts with a wrong token',
  500: 'A fault in RepoWatch',
  503: 'The database or another part cannot be reached',
};

/** The response schemas of the refusals that a route can answer beside those that every route can. */
export function problems(...statuses: number[]) {
  const all = [...new Set([...statuses, 400, 401, 403, 429, 500, 503])];
  return Object.fromEntries(
    all.map((status) => [
      status,
      { description: reasons[status] ?? 'Refused', content: { 'application/problem+json': { schema: problemSchema } } },
    ]),
  );
}
