import type { StandIn } from '../../src/stand-in/stand-in.ts';
import type { Lot } from './lot.ts';

type Failure = Parameters<StandIn['setFailure']>[0];

/** Parts of the addresses that RepoWatch asks; an empty one is all of them. */
const places = [
  '/branches',
  '/git/matching-refs',
  '/graphql',
  '/installation/repositories',
  '/activity',
  '/git/ref/',
  '/compare/',
  '/commits',
  '/contents',
  '/access_tokens',
  '/app/hook/deliveries',
  '/repositories/',
  '',
];

const soon = (seconds: number) => String(Math.ceil(Date.now() / 1000) + seconds);
const secondary = { message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.' };
const primary = { message: 'API rate limit exceeded for installation.' };

/** Everything that can go wrong with an answer of GitHub's. */
const troubles: Record<string, () => Failure> = {
  'primary limit': () => ({ status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': soon(1) }, body: primary }),
  'primary limit, 429': () => ({ status: 429, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': soon(600) }, body: primary }),
  'secondary limit with Retry-After': () => ({ status: 403, headers: { 'retry-after': '2' }, body: secondary }),
  'secondary limit without': () => ({ status: 403, body: secondary }),
  'bare 429': () => ({ status: 429, body: '' }),
  '500': () => ({ status: 500 }),
  '502': () => ({ status: 502, body: 'Bad Gateway' }),
  '503 with Retry-After': () => ({ status: 503, headers: { 'retry-after': '1' } }),
  'no answer': () => ({ hang: true }),
  'broken connection': () => ({ disconnect: true }),
  'broken in the middle': () => ({ cut: 'broken' }),
  'cut in the middle': () => ({ cut: 'quiet' }),
  'page two is empty': () => ({ path: 'page=2', status: 409, body: { message: 'Git Repository is empty.' } }),
  'page two is the last and empty': () => ({ path: '/branches?per_page=100&page=2', status: 200, body: [] }),
  'a short list': () => ({ path: '/branches?per_page=100', status: 200, body: [] }),
  'another total': () => ({ path: '/installation/repositories', fields: { total_count: 1 } }),
  'an empty listing': () => ({ path: '/installation/repositories', fields: { repositories: [] } }),
  'GraphQL limit': () => ({
    path: '/graphql',
    status: 200,
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': soon(1) },
    body: { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] },
  }),
  'GraphQL 502': () => ({ path: '/graphql', status: 502, body: { message: 'Something went wrong' } }),
  'half a GraphQL answer': () => ({ path: '/graphql', status: 200, body: { data: { nodes: [] } } }),
  'token taken back': () => ({ status: 401, body: { message: 'Bad credentials' } }),
};

/** Plans some troubles for the requests to come; answers their names. */
export async function makeTrouble(github: StandIn, lot: Lot): Promise<string[]> {
  const names = Array.from({ length: lot.between(0, 3) }, () => lot.pick(Object.keys(troubles)));
  for (const name of names) {
    const failure = troubles[name]!();
    const place = failure.path ?? lot.pick(places);
    await github.setFailure({ ...failure, ...(place === '' ? {} : { path: place }), times: lot.between(1, 3) });
  }
  return names;
}
