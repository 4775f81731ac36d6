import { githubContract } from '../../../../test/support/github-contract.ts';
import type { KindContract } from '../../../../test/support/kind-contract.ts';

/** How the kind is held to its contract. */
export const contract: KindContract = {
  ...githubContract,
  repeatable: true,
  input: () => ({ workflow: 'deploy.yml', ref: 'main', inputs: { dry: true } }),
  bad: { workflow: '../deploy.yml' },
  accepted: () => JSON.stringify({ workflow_run_id: 70, html_url: 'https://github.test/acme/app/actions/runs/70' }),
};
