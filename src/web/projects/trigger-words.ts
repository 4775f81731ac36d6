import type { ActionItem } from '../../http/schemas/project-action.ts';
import { html, type Html } from '../html.ts';
import { renderBlock } from '../../watches/render-yaml.ts';

/** What can set an action off, with what it means for people. */
export const triggerChoices: readonly { value: string; title: string }[] = [
  { value: 'push', title: 'push: commits arrived' },
  { value: 'branch', title: 'branch: made, moved or deleted' },
  { value: 'tag', title: 'tag' },
  { value: 'pull_request', title: 'pull request' },
  { value: 'issues', title: 'issue' },
  { value: 'issue_comment', title: 'comment' },
  { value: 'release', title: 'release' },
  { value: 'repository', title: 'repository' },
  { value: 'member', title: 'people' },
];

const words = new Set(triggerChoices.map(({ value }) => value));

/** The triggers of an action as words, when it is no more than that; undefined for one with filters, or with others. */
export function plainTriggers(on: unknown): string[] | undefined {
  const list = [on ?? 'push'].flat();
  return list.every((word): word is string => typeof word === 'string' && words.has(word)) ? list : undefined;
}

/** The triggers of an action as they stand in a file. */
export function writeTriggers(on: unknown): string {
  return renderBlock(on ?? 'push', '');
}

/** When an action runs, in one line. */
export function describeTrigger({ on, if: condition, parameters, timeout }: ActionItem): Html {
  const plain = plainTriggers(on);
  const named = plain ?? (typeof on === 'object' && on !== null ? Object.keys(on) : [String(on)]);
  return html`On
  ${named.join(', ').replaceAll('_', ' ')}${plain === undefined && ', filtered'}${condition !== null && html` · if <code class="one-line">${String(condition)}</code>`}${parameters.length > 0 && ` · ${parameters.length} ${parameters.length === 1 ? 'parameter' : 'parameters'} by branch`}${timeout !== null && ` · at most ${timeout}`}`;
}
