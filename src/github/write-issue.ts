import { z } from 'zod';
import { failed, ok } from '../core/outcome.ts';
import type { Read } from './ask.ts';
import { githubIdSchema } from './facts.ts';
import type { RepositoryPlace } from './repository-path.ts';
import type { Writer } from './writer.ts';

/** An issue as far as its keeper needs it. */
export interface KeptIssue {
  number: number;
  open: boolean;
}

/** What an issue is to say. The key stands in its body, unseen: it is how a second try finds the first one's issue. */
export interface IssueReport {
  key: string;
  title: string;
  /** Markdown. */
  body: string;
}

const issueSchema = z.object({
  id: githubIdSchema,
  number: z.int(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.string(),
  pull_request: z.unknown().optional(),
});
const commentSchema = z.object({ id: githubIdSchema, body: z.string().nullish() });

const markOf = (key: string) => `<!-- ${key} -->`;
const withMark = ({ body, key }: Pick<IssueReport, 'body' | 'key'>) => `${body.slice(0, 60_000).toWellFormed()}\n\n${markOf(key)}`;
const toKept = (issue: z.output<typeof issueSchema>): KeptIssue => ({ number: issue.number, open: issue.state === 'open' });

/** The open issue that carries this key; undefined when there is none. */
async function findIssue(writer: Writer, place: RepositoryPlace, key: string): Promise<Read<z.output<typeof issueSchema> | undefined>> {
  // The newest hundred: an issue that was just made is among them.
  const listed = await writer.read(place, '/issues?state=open&sort=created&direction=desc&per_page=100', z.array(issueSchema));
  if (!listed.ok) return listed;
  return ok(listed.value.find((issue) => issue.pull_request === undefined && (issue.body ?? '').includes(markOf(key))));
}

/** Opens an issue, or makes the open one that carries its key say this: a lost answer makes no second one (handbook E6). */
export async function openIssue(writer: Writer, place: RepositoryPlace, report: IssueReport): Promise<Read<KeptIssue>> {
  const found = await findIssue(writer, place, report.key);
  if (!found.ok) return found;
  if (found.value) {
    const isSame = found.value.title === report.title && found.value.body?.replaceAll('\r\n', '\n') === withMark(report);
    return isSame ? ok(toKept(found.value)) : await updateIssue(writer, place, { ...report, number: found.value.number });
  }
  const { title } = report;
  const created = await writer.write(place, {
    method: 'POST',
    path: '/issues',
    body: { title, body: withMark(report) },
    answer: issueSchema,
    content: 'one',
  });
  if (!created.ok) return created;
  if (created.value.title !== title || !(created.value.body ?? '').includes(markOf(report.key)))
    return failed('github_refused', `GitHub took issue ${created.value.number} and changed its text`);
  return ok(toKept(created.value));
}

/** Makes an issue say this. Whether it is open is the people's business, and stays. */
export async function updateIssue(
  writer: Writer,
  place: RepositoryPlace,
  report: IssueReport & { number: number },
): Promise<Read<KeptIssue>> {
  const { number, title } = report;
  const body = { title, body: withMark(report) };
  const updated = await writer.write(place, { method: 'PATCH', path: `/issues/${number}`, body, answer: issueSchema });
  return updated.ok ? ok(toKept(updated.value)) : updated;
}

/** Says a last word and closes the issue; both once, however often this is tried. One that people closed is left alone. */
export async function closeIssue(
  writer: Writer,
  place: RepositoryPlace,
  last: { number: number; key: string; comment: string },
): Promise<Read<null>> {
  const { number, key, comment } = last;
  const issue = await writer.read(place, `/issues/${number}`, issueSchema);
  if (!issue.ok) return issue;
  if (issue.value.state !== 'open') return ok(null);
  const comments = await writer.list(place, `/issues/${number}/comments`, {
    page: z.array(commentSchema),
    itemsOf: (page) => page,
  });
  if (!comments.ok) return comments;
  if (!comments.value.some(({ body }) => (body ?? '').includes(markOf(key)))) {
    const said = await writer.write(place, {
      method: 'POST',
      path: `/issues/${number}/comments`,
      body: { body: withMark({ body: comment, key }) },
      answer: commentSchema,
      content: 'one',
    });
    if (!said.ok) return said;
  }
  const closed = await writer.write(place, {
    method: 'PATCH',
    path: `/issues/${number}`,
    body: { state: 'closed', state_reason: 'completed' },
    answer: issueSchema,
  });
  if (!closed.ok) return closed;
  return closed.value.state === 'closed' ? ok(null) : failed('github_refused', `GitHub did not close issue ${number}`);
}
