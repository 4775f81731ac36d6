import type { TicketMachine } from './machine.ts';

const review = { 'pull_request.opened': 'in_review', 'pull_request.reopened': 'in_review', 'pull_request.ready_for_review': 'in_review' };
const draft = { 'pull_request.drafted': 'in_progress', 'pull_request.converted_to_draft': 'in_progress' };
const done = { 'pull_request.merged': 'merged', 'issue.closed': 'closed' };
const begun = { 'branch.created': 'in_progress', 'issue.assigned': 'in_progress' };

/** What moves tickets of RepoWatch and of GitHub when the configuration names no machine (features.md R120): Draft, Open, In Progress, In Review, Merged, Closed. */
export const defaultMachine: TicketMachine = {
  initial: 'open',
  aliases: { draft: 'Draft', open: 'Open', in_progress: 'In Progress', in_review: 'In Review', merged: 'Merged', closed: 'Closed' },
  path: ['draft', 'open', 'in_progress', 'in_review', 'merged', 'closed'],
  transitions: {
    draft: { ...review, ...draft, ...done, ...begun, 'issue.opened': 'open', 'issue.reopened': 'open', 'pull_request.closed': 'closed' },
    open: { ...review, ...draft, ...done, ...begun, 'issue.opened': 'open', 'pull_request.closed': 'closed' },
    in_progress: { ...review, ...done, 'pull_request.drafted': 'in_progress', 'pull_request.closed': 'closed' },
    in_review: { ...draft, ...done, 'pull_request.closed': 'closed', 'issue.reopened': 'in_review' },
    merged: { 'pull_request.merged': '<end>', 'pull_request.closed': '<end>', 'issue.closed': '<end>', 'issue.reopened': 'open' },
    closed: {
      'issue.closed': '<end>',
      'pull_request.closed': '<end>',
      'pull_request.merged': 'merged',
      'issue.reopened': 'open',
      'pull_request.reopened': 'in_review',
    },
  },
};
