import type { IncomingMessage } from 'node:http';
import { Octokit } from '@octokit/rest';
import { z } from 'zod';
import type { ActionTools } from '../../src/actions/action.ts';
import { readMark } from '../../src/actions/github-mark.ts';
import { ask, readOne } from '../../src/github/ask.ts';
import type { GitHubClient } from '../../src/github/clients.ts';
import { readPages } from '../../src/github/read-pages.ts';
import { repositoryRoute } from '../../src/github/repository-path.ts';
import { sendWrite } from '../../src/github/writer.ts';
import type { KindContract } from './kind-contract.ts';

/** The login of the App in contract tests. */
export const contractBot = 'repowatch[bot]';

/** GitHub at the address of a contract suite's receiver: real requests and the real judge of answers, without line, budget and database. */
export function githubAt(url: string): ActionTools['github'] {
  const client = new Octokit({ baseUrl: url, userAgent: 'repowatch' }) as unknown as GitHubClient;
  return {
    botLogin: () => Promise.resolve(contractBot),
    open: async (_facts, { signal }) => {
      const place = { installation: '1', owner: 'acme', name: 'app' };
      const request = { request: { signal } };
      return {
        ok: true,
        value: {
          owner: place.owner,
          ownerType: 'Organization',
          name: place.name,
          apiUrl: url,
          read: (path, answer) => ask(() => readOne(client, { route: repositoryRoute(place, path), params: request }, answer)),
          list: (path, item, params) =>
            ask(() =>
              readPages(client, {
                route: repositoryRoute(place, path),
                page: z.array(item),
                itemsOf: (page) => page,
                ...(params && { params }),
                ...(signal && { signal }),
              }),
            ),
          write: (wanted) => ask(() => sendWrite(client, { place, request: wanted, signal })),
          hear: () => Promise.resolve('deaf'),
          claim: async () => ({ ok: true, value: { known: null, end: () => Promise.resolve() } }),
        },
      };
    },
  };
}

/** What the contract of every kind of GitHub has in common: keys are marks in bodies, and no address is chosen by the file. */
export const githubContract = {
  tools: (url) => ({ github: githubAt(url) }),
  keyOf: (_request, body) => {
    const text = body.startsWith('{') ? (JSON.parse(body) as { body?: unknown }).body : undefined;
    return typeof text === 'string' ? readMark(text).join(' ') : undefined;
  },
  refused: 'github_not_found',
  overloaded: 'github_unavailable',
  hasNoAddress: true,
} as const satisfies Partial<KindContract>;

const issue = {
  number: 7,
  html_url: 'https://github.test/acme/app/issues/7',
  title: 'It broke',
  body: 'text',
  state: 'open',
  user: { login: contractBot, type: 'Bot' },
  labels: [],
  assignees: [],
  milestone: null,
};

/** Answers what issues, comments and labels are asked: every write is taken as it stands. */
export function answerIssues({ method = 'GET', url = '' }: IncomingMessage, body: string): string {
  const path = url.split('?')[0]!;
  const said = (body === '' ? {} : JSON.parse(body)) as Record<string, unknown>;
  if (method === 'GET') return JSON.stringify(/\/issues\/\d+$/.test(path) ? issue : path.endsWith('/labels') ? [{ name: 'bug' }] : []);
  if (path.endsWith('/labels')) return JSON.stringify((said['labels'] as string[]).map((name) => ({ name })));
  if (path.endsWith('/comments')) return JSON.stringify({ id: 70, html_url: issue.html_url, user: issue.user, body: said['body'] });
  const people = (said['assignees'] as string[] | undefined) ?? [];
  return JSON.stringify({ ...issue, ...said, labels: said['labels'] ?? [], assignees: people.map((login) => ({ login })) });
}
