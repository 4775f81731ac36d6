import { describe, expect, test } from '@jest/globals';
import { checkLimits } from './check-limits.ts';
import { compileAllowance } from './allowance.ts';

const allowances = [compileAllowance({ secrets: { TOKEN: ['train', 'app-*'] } })];

/** What is wrong with the inputs of one step in a repository that may not use the secret TOKEN. */
const check = (input: Record<string, unknown>, uses = 'webhook') =>
  checkLimits({ watches: { a: { steps: [{ uses, with: input }] } } }, { allowances, repository: 'other' }).map(({ path }) =>
    path.slice(5).join('.'),
  );

describe('a secret that a repository may not use', () => {
  test.each(['${{ secrets.TOKEN }}', "Bearer ${{ secrets['TOKEN'] }}", '${{ SECRETS.TOKEN }}', "${{ format('{0}', Secrets . TOKEN) }}"])(
    'is found in %s',
    (text) => {
      expect(check({ headers: { authorization: text } })).toEqual(['headers.authorization']);
    },
  );

  test('is found in the text of a script, and not where it is only talked about', () => {
    expect(check({ run: 'export default ({ secrets }) => ({ length: secrets.TOKEN.length })' }, 'script')).toEqual(['run']);
    expect(check({ body: 'secrets.TOKEN is set by an admin', url: 'https://a.example/${{ secrets.OTHER }}' })).toEqual([]);
  });
});

describe('an address that may not be called', () => {
  const only = [compileAllowance({ destinations: ['hooks.example.com'] })];
  const places = (uses: string, input: object) =>
    checkLimits({ watches: { a: { steps: [{ uses, with: input }] } } }, { allowances: only, repository: 'other' }).map(({ path }) =>
      path.slice(5).join('.'),
    );

  test('is found in the inputs that say where a step sends to', () => {
    expect(places('webhook', { url: 'https://evil.example/' })).toEqual(['url']);
    expect(places('slack', { api_url: 'https://evil.example/api' })).toEqual(['api_url']);
    expect(places('webhook', { url: 'https://hooks.example.com/x' })).toEqual([]);
  });

  test('is only text in what is sent', () => {
    const blocks = [{ type: 'actions', elements: [{ type: 'button', url: 'https://github.com/acme' }] }];
    expect(places('slack', { url: 'https://hooks.example.com/x', blocks })).toEqual([]);
    expect(places('webhook', { url: 'https://hooks.example.com/x', body: { url: 'https://github.com/acme' } })).toEqual([]);
  });
});
