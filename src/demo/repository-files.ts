/** The organisation and the repository that the demo makes. */
export const demoOwner = 'acme';
export const demoName = 'hello';
export const demoRepository = `${demoOwner}/${demoName}`;

/** The branch with the configuration. */
export const demoBranch = 'main';

/** The name under which the configuration finds the receiver's signing secret. */
export const signingSecretName = 'RECEIVER_SIGNING';

/** What the repository begins with: a text to change, and the configuration that the tour talks about. */
export function createRepositoryFiles(receiverUrl: string): Record<string, string> {
  return {
    'README.md': '# Hello\n\nChange something here and push it.\n',
    '.github/repowatch.yml': createConfig(receiverUrl),
  };
}

function createConfig(receiverUrl: string): string {
  return `# What RepoWatch does when something changes in this repository.
version: 1

defaults:
  retry: [500ms, 1s, 10s] # short, because nobody wants to wait in a demo; the default reaches over three days

vars:
  receiver: ${receiverUrl}

watches:
  notify:
    name: Tell the receiver about main
    on:
      push:
        branches: [main]
    steps:
      - uses: webhook
        with:
          url: \${{ vars.receiver }}/notify
          secret: \${{ secrets.${signingSecretName} }} # signed after Standard Webhooks
          body:
            branch: \${{ ref.name }}
            sha: \${{ after }}
            message: \${{ commit.message }}

  review:
    name: Read the commit messages
    on: [push]
    steps:
      - id: look
        uses: script
        with:
          run: |
            export default async ({ commits, change, log }) => {
              const unfinished = commits.filter(({ message }) => /\\b(wip|fixup)\\b/i.test(message));
              const how = change.commits_unknown ? 'without the list of its commits' : change.forced ? 'by force' : 'as usual';
              log(\`looked at \${commits.length} commit(s); the branch moved \${how}\`);
              return { commits: commits.length, unfinished: unfinished.length };
            };

  release:
    name: Announce a version
    on:
      tag:
        types: [created]
        tags: ['v*']
    steps:
      - uses: webhook
        with:
          url: \${{ vars.receiver }}/release
          secret: \${{ secrets.${signingSecretName} }}
`;
}
