import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What a starter file is written for. */
interface StarterFacts {
  /** owner/name; undefined when nothing tells. */
  repository: string | undefined;
  defaultBranch: string;
  /** Where the JSON Schema is. */
  schemaUrl: string;
  /** Patterns of the files that matter. */
  paths: readonly string[];
  /** What the folder seems to be written in, for a comment. */
  languages: readonly string[];
}

/** Files that tell a language, and where its sources lie as a rule. */
const languages: readonly { marker: string; name: string; paths: readonly string[] }[] = [
  { marker: 'tsconfig.json', name: 'TypeScript', paths: ['**.ts', 'package*.json'] },
  { marker: 'package.json', name: 'JavaScript', paths: ['**.js', 'package*.json'] },
  { marker: 'Cargo.toml', name: 'Rust', paths: ['**.rs', 'Cargo.*'] },
  { marker: 'go.mod', name: 'Go', paths: ['**.go', 'go.*'] },
  { marker: 'pyproject.toml', name: 'Python', paths: ['**.py', 'pyproject.toml'] },
  { marker: 'requirements.txt', name: 'Python', paths: ['**.py', 'requirements*.txt'] },
  { marker: 'pom.xml', name: 'Java', paths: ['**.java', 'pom.xml'] },
  { marker: 'build.gradle', name: 'Java', paths: ['**.java', '**.gradle'] },
  { marker: 'build.gradle.kts', name: 'Kotlin', paths: ['**.kt', '**.kts'] },
  { marker: 'Gemfile', name: 'Ruby', paths: ['**.rb', 'Gemfile*'] },
  { marker: 'composer.json', name: 'PHP', paths: ['**.php', 'composer.*'] },
  { marker: 'CMakeLists.txt', name: 'C or C++', paths: ['**.c', '**.cpp', '**.h'] },
];

/** What a folder is written in, by the files at its top, and the patterns of its sources. */
export async function readLanguages(root: string): Promise<{ languages: string[]; paths: string[] }> {
  const there = await Promise.all(
    languages.map(async ({ marker }) => (await stat(join(root, marker)).catch(() => undefined))?.isFile() === true),
  );
  const found = languages.filter((_, index) => there[index]);
  const names = [...new Set(found.map(({ name }) => name))];
  const isTypeScript = names.includes('TypeScript');
  const kept = found.filter(({ name }) => !(isTypeScript && name === 'JavaScript'));
  return {
    languages: names.filter((name) => !(isTypeScript && name === 'JavaScript')),
    paths: [...new Set(kept.flatMap(({ paths }) => paths))].slice(0, 8),
  };
}

/** A commented first configuration; what it does is a dry run until somebody changes that. */
export function renderStarter({ repository, defaultBranch, schemaUrl, paths, languages: found }: StarterFacts): string {
  const list = (items: readonly string[]) => `[${items.map((item) => JSON.stringify(item)).join(', ')}]`;
  const sources = paths.length > 0 ? paths : ['src/**'];
  return `# yaml-language-server: $schema=${schemaUrl}
#
# What RepoWatch does when something changes in ${repository ?? 'this repository'}. Only the file on ${JSON.stringify(defaultBranch)}, the default branch, counts.
#   repowatch validate                     checks this file
#   repowatch test --event payload.json    says what it would do, and which clause says no
version: 1

# For every watch that does not say otherwise.
defaults:
  retry: standard # 5 s, 5 min, 30 min, 2 h … with some variation; or none, or a list such as [10s, 1m, 10m]
  timeout: 15s

watches:
  # A watch is a rule: which changes, which filters, which steps. Its id is its identity.
  default-branch:
    name: Tell a server about pushes to ${JSON.stringify(defaultBranch).slice(1, -1)}
    # A dry run records what would be sent, and sends nothing. Remove this line to go live.
    mode: dry-run
    on:
      push:
        branches: ${list([defaultBranch])}
        ${found.length > 0 ? `# It looks like ${found.join(' and ')}. ` : '# '}Without paths, every file counts.
        paths: ${list([...sources, '!**.md'])}
    if: \${{ !contains(commit.message, '[skip notify]') && actor.type != 'Bot' }}
    steps:
      - uses: webhook
        with:
          url: https://hooks.example.com/pushed
          # Secrets are named here and set with PUT /api/secrets/NAME:
          # secret: \${{ secrets.NOTIFY_SIGNING }}
          body:
            repository: \${{ repository.full_name }}
            head: \${{ after }}
            by: \${{ actor.login }}

  # Tags that look like versions:
  # versions:
  #   on: { tag: { types: [created], tags: ["v[0-9]+.[0-9]+.[0-9]+"] } }
  #   steps:
  #     - uses: webhook
  #       with: { url: "https://hooks.example.com/versions" }

  # Branches that come and go:
  # branches:
  #   on: { branch: { types: [created, deleted] } }
  #   steps:
  #     - uses: script
  #       with:
  #         run: |
  #           export default async ({ ref, change, log }) => {
  #             log(\`\${ref.name}: \${change.type}\`);
  #           };
`;
}
