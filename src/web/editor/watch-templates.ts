/** A watch to begin with. */
export interface WatchTemplate {
  name: string;
  title: string;
  text: string;
  key: string;
  watch: Record<string, unknown>;
}

const secret = (name: string): string => `\${{ secrets.${name} }}`;

/** Those that begin with what happened to code. */
function forCode(branch: string): WatchTemplate[] {
  return [
    {
      name: 'webhook',
      title: 'Call a webhook',
      text: 'A signed request for every push.',
      key: 'notify',
      watch: {
        name: `Tell about ${branch}`,
        on: { push: { branches: [branch] } },
        steps: [{ uses: 'webhook', with: { url: secret('WEBHOOK_URL') } }],
      },
    },
    {
      name: 'slack',
      title: 'Write to Slack',
      text: 'When a pull request was merged.',
      key: 'tell-merged',
      watch: {
        name: 'Tell what was merged',
        on: { pull_request: { types: ['merged'], branches: [branch] } },
        steps: [
          {
            uses: 'slack',
            with: { url: secret('SLACK_WEBHOOK'), text: '*${{ repository.full_name }}*: ${{ pull_request.title }} was merged' },
          },
        ],
      },
    },
  ];
}

/** Those that begin with something else. */
const forOthers: readonly WatchTemplate[] = [
  {
    name: 'issue',
    title: 'Open an issue',
    text: 'When a run is dead.',
    key: 'dead-runs',
    watch: {
      name: 'An issue for what could not be done',
      on: { repowatch: { types: ['run.dead'] } },
      steps: [{ uses: 'github/issue', with: { title: 'A run of RepoWatch is dead', dedupe_key: 'dead-runs' } }],
    },
  },
  {
    name: 'script',
    title: 'Run a script',
    text: 'Every working day at six.',
    key: 'every-day',
    watch: {
      name: 'Every working day',
      on: { schedule: [{ cron: '0 6 * * 1-5' }] },
      steps: [
        {
          id: 'work',
          uses: 'script',
          with: {
            run: 'export default async function ({ repository }) {\n  return { greeting: `Good morning, ${repository.full_name}` };\n}\n',
          },
        },
      ],
    },
  },
  {
    name: 'manual',
    title: 'By hand',
    text: 'A button with inputs, here and in the API.',
    key: 'by-hand',
    watch: {
      name: 'Start by hand',
      on: { manual: { inputs: { reason: { description: 'Why?', required: true } } } },
      steps: [{ uses: 'webhook', with: { url: secret('WEBHOOK_URL'), body: { reason: '${{ inputs.reason }}' } } }],
    },
  },
];

/** What people begin with most often; the branch is the repository's default one. */
export function watchTemplates(branch: string): WatchTemplate[] {
  return [...forCode(branch), ...forOthers];
}

/** A key that the file does not have yet. */
export function freeKey(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted;
  for (let number = 2; ; number += 1) if (!taken.includes(`${wanted}-${number}`)) return `${wanted}-${number}`;
}
