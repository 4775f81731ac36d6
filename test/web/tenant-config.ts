import { configOf, webhookWatch } from '../support/story.ts';
import type { Words } from './words.ts';

/** Where the steps of a tenant send to. */
export interface Receivers {
  /** Answers by its path: 200, 400 for `/refused`, 503 for `/busy`. */
  url: string;
  /** Always answers 503, so that it rests. */
  weary: string;
}

/** A file with errors in several places. */
export const brokenConfig = `version: 1
watches:
  settle-payments:
    on: psuh
    steps:
      - uses: webhook
        with: { url: "https://hooks.example.com/settle" }
  report:
    on: [push]
    stepz: []
`;

const main = { push: { branches: ['main'] } };

function scriptOf({ logLine }: Words): string {
  return `export default async ({ ref, change, log }) => {
  log(${JSON.stringify(logLine)});
  log('2 pages have no title');
  return { built: ref.name, type: change.type };
};`;
}

/** The file of the repository in which everything happens: a watch for each way in which a run can go. */
export function tenantConfig(words: Words, { url, weary }: Receivers): string {
  const { watchName, watchDescription, stepName } = words;
  const told = { secret: '${{ secrets.DEPLOYER }}', headers: { 'x-from': words.header } };
  return configOf({
    deploy: {
      name: watchName,
      description: watchDescription,
      on: main,
      concurrency: 'live',
      steps: [
        { id: 'tell', name: stepName, uses: 'webhook', with: { url: `${url}/deploy`, ...told } },
        { id: 'sorry', name: 'Say that it failed', if: 'failure()', uses: 'webhook', with: { url: `${url}/sorry` } },
      ],
    },
    build: {
      name: 'Build the pages',
      on: { push: { branches: ['main', 'release/**'] } },
      steps: [
        { id: 'build', uses: 'script', with: { run: scriptOf(words) } },
        { id: 'done', uses: 'webhook', with: { url: `${url}/built`, body: { branch: '${{ steps.build.outputs.built }}' } } },
      ],
    },
    refused: webhookWatch(`${url}/refused`, { on: main, name: 'Tell the old tracker' }),
    mirror: webhookWatch(`${url}/busy`, { on: main, name: 'Mirror', order: 'strict', concurrency: 'mirror', retry: 'none' }),
    archive: webhookWatch(`${url}/busy`, { on: main, name: 'Archive', retry: ['1h', '1h'] }),
    partner: webhookWatch(`${weary}/partner`, { on: main, name: 'Tell the partner', order: 'none', retry: ['1h', '1h'] }),
    report: webhookWatch(`${weary}/report`, { on: main, name: 'Report to the partner', order: 'none', retry: ['1h', '1h'] }),
    docs: webhookWatch(`${url}/docs`, { on: { push: { branches: ['main'], paths: ['docs/**'] } }, name: 'Publish the docs' }),
    preview: webhookWatch(`${url}/preview`, { on: { push: { branches: ['**', '!main'] } }, name: 'Preview', settle: '1h' }),
    release: webhookWatch(`${url}/release`, { on: 'tag', name: 'Announce a release' }),
    cleanup: webhookWatch(`${url}/cleanup`, { on: { branch: { types: ['deleted'] } }, name: 'Clean up', mode: 'dry-run' }),
    review: webhookWatch(`${url}/review`, { on: 'pull_request', name: 'Ask for a review' }),
    triage: webhookWatch(`${url}/triage`, { on: 'issues', name: 'Triage', mode: 'off' }),
    mirrored: webhookWatch(`${url}/mirrored`, { on: { inbound: { triggers: [words.triggerName] } }, name: 'Follow the mirror' }),
    nightly: webhookWatch(`${url}/nightly`, {
      name: 'Nightly check',
      on: {
        schedule: [{ cron: '0 3 * * 1-5', timezone: 'Europe/Oslo' }],
        manual: { inputs: { target: { type: 'choice', options: ['staging', 'production'], default: 'staging', description: words.note } } },
      },
    }),
  });
}
