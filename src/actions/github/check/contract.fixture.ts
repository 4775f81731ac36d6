import { githubContract } from '../../../../test/support/github-contract.ts';
import type { KindContract } from '../../../../test/support/kind-contract.ts';

/** How the kind is held to its contract. */
export const contract: KindContract = {
  ...githubContract,
  input: () => ({
    name: 'licences',
    conclusion: 'failure',
    summary: 'One is missing.',
    annotations: [{ path: 'a', line: 1, message: 'no' }],
  }),
  bad: { name: 'licences', status: 'completed' },
  accepted: ({ method }, body) => {
    if (method === 'GET') return '{"check_runs":[]}';
    const { output: _output, ...said } = JSON.parse(body) as Record<string, unknown>;
    return JSON.stringify({ ...said, id: 70, html_url: 'https://github.test/acme/app/runs/70' });
  },
  keyOf: (_request, body) => (body === '' ? undefined : (JSON.parse(body) as { external_id: string }).external_id),
};
