import type { RunFacts } from '../run-facts.ts';

/** Where keys of tickets may stand. */
export const textSources = ['title', 'branch', 'commits', 'body', 'release'] as const;
export type TextSource = (typeof textSources)[number];

/** How much of all texts is read. Characters. */
const maxCharacters = 500_000;

/** The texts of a change in which tickets may be named, in the order of the sources (handbook K1): title, branch, commits, then what was opted in. */
export function collectTexts(facts: RunFacts, sources: readonly TextSource[], commits: readonly string[] = []): string[] {
  const { pull_request: pull, issue, release } = facts.change as Record<string, Record<string, unknown> | undefined>;
  const head = pull?.['head'] as { ref?: unknown } | undefined;
  const texts: Record<TextSource, unknown[]> = {
    title: [pull?.['title'], issue?.['title']],
    branch: [head?.ref, pull === undefined && facts.ref?.['kind'] === 'branch' ? facts.ref['name'] : undefined],
    commits: [...facts.commits.map((commit) => commit['message']), ...commits],
    body: [pull?.['body'], issue?.['body']],
    release: [release?.['name'], release?.['body']],
  };
  let room = maxCharacters;
  return textSources
    .filter((source) => sources.includes(source))
    .flatMap((source) => texts[source])
    .filter((text): text is string => typeof text === 'string' && text !== '')
    .map((text) => {
      const part = text.slice(0, room);
      room -= part.length;
      return part;
    });
}
