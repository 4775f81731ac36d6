import { answerIssues, githubContract } from '../../../test/support/github-contract.ts';
import { pushFacts } from '../../../test/support/attempt-context.ts';
import type { KindContract } from '../../../test/support/kind-contract.ts';
import { memoryBook } from '../../../test/support/memory-book.ts';

const merged = { id: '42', type: 'issue.closed', happened_at: '2026-11-21T12:00:00Z', issue: { number: 7, title: 'It broke', body: null } };
let closed = false;

/** How the kind is held to its contract: with issues on GitHub, which are set to what they are to be, so that twice is once. */
export const contract: KindContract = {
  ...githubContract,
  input: () => ({ provider: 'github', sources: ['title'] }),
  bad: { provider: 'trello' },
  repeatable: true,
  tools: (url) => ({ ...githubContract.tools(url), tickets: memoryBook() }),
  context: () => ({ facts: pushFacts({ ref: null, after: null, commits: [], change: merged }) }),
  accepted: (request, body) => {
    const answer = JSON.parse(answerIssues(request, body)) as Record<string, unknown>;
    if (request.method === 'PATCH') closed = true;
    const state = closed ? 'closed' : 'open';
    // The next run begins where this one did.
    if (request.method === 'GET') closed = false;
    return JSON.stringify({ ...answer, state });
  },
};
