import { z } from 'zod';
import type { StatusCategory } from '../../tickets/machine.ts';
import type { TicketAnswer, TicketMove, TicketProvider, TicketTransition } from '../tickets/provider.ts';
import type { JiraClient } from './client.ts';
import { toRichText } from './rich-text.ts';

/** The longest comment that Jira takes. Characters. */
const maxComment = 32_000;

const category = z
  .object({ key: z.string().optional() })
  .optional()
  .catch(undefined)
  .transform((value): StatusCategory | undefined =>
    value?.key === 'new' || value?.key === 'indeterminate' || value?.key === 'done' ? value.key : undefined,
  );
const statusSchema = z.object({ name: z.string(), statusCategory: category });
const issueSchema = z.object({
  fields: z.object({ status: statusSchema, statuscategorychangedate: z.string().nullish().catch(undefined) }),
});
const transitionsSchema = z.object({ transitions: z.array(z.object({ id: z.string(), name: z.string(), to: statusSchema })) });
const commentsSchema = z.object({
  comments: z.array(
    z.object({
      properties: z
        .array(z.object({ key: z.string(), value: z.unknown() }))
        .optional()
        .catch(undefined),
    }),
  ),
});

/** The key under which a comment of ours says what it was made for. */
const propertyKey = 'repowatch';

/** Jira as a keeper of tickets: Cloud by REST v3, a Data Center by v2 (handbook K2, K7). `fields` go along with every step. */
export function createJiraProvider(client: JiraClient, fields: Record<string, unknown> | undefined): TicketProvider {
  const { connection } = client;
  return {
    name: 'jira',
    connection: connection.url,
    placeOf: (key) => ({ provider: 'jira', connection: connection.url, key }),
    async read(key) {
      const path = `/issue/${encodeURIComponent(key)}?fields=status,statuscategorychangedate`;
      const issue = await client.request({ method: 'GET', path, what: key, answer: issueSchema });
      if (!issue.ok) return issue;
      const { status, statuscategorychangedate: changed } = issue.value.fields;
      const since = Date.parse(changed ?? '');
      return {
        ok: true,
        value: { status: status.name, category: status.statusCategory, ...(!Number.isNaN(since) && { categorySince: new Date(since) }) },
      };
    },
    async listTransitions(key): Promise<TicketAnswer<TicketTransition[]>> {
      const open = await client.request({
        method: 'GET',
        path: `/issue/${encodeURIComponent(key)}/transitions`,
        what: key,
        answer: transitionsSchema,
      });
      if (!open.ok) return open;
      return {
        ok: true,
        value: open.value.transitions.map(({ id, name, to }) => ({ id, name, to: { name: to.name, category: to.statusCategory } })),
      };
    },
    async move(key, { id }): Promise<TicketMove> {
      const body = { transition: { id }, ...(fields && { fields }) };
      const moved = await client.request({ method: 'POST', path: `/issue/${encodeURIComponent(key)}/transitions`, body, what: key });
      if (moved.ok) return { ok: true, value: null };
      if (moved.status === 409) return { ok: false, code: 'conflict', message: moved.message };
      // The step may have gone with an edit of the workflow: looked up again once (handbook K2).
      if (moved.status === 400 && moved.code === 'ticket_refused') return { ok: false, code: 'stale', message: moved.message };
      return moved;
    },
    async comment(key, { text, mark, look }) {
      const path = `/issue/${encodeURIComponent(key)}/comment`;
      if (look) {
        const query = '?maxResults=100&orderBy=-created&expand=properties';
        const there = await client.request({ method: 'GET', path: `${path}${query}`, what: key, answer: commentsSchema });
        if (!there.ok) return there;
        if (
          there.value.comments.some(({ properties }) =>
            properties?.some((property) => property.key === propertyKey && hasMark(property.value, mark)),
          )
        )
          return { ok: true, value: null };
      }
      const shown = text.toWellFormed().slice(0, maxComment).toWellFormed();
      const properties = [{ key: propertyKey, value: { mark } }];
      const body = { body: connection.flavor === 'cloud' ? toRichText(shown) : shown, properties };
      const said = await client.request({ method: 'POST', path, body, what: key });
      return said.ok ? { ok: true, value: null } : said;
    },
  };
}

function hasMark(value: unknown, mark: string): boolean {
  return typeof value === 'object' && value !== null && (value as Record<string, unknown>)['mark'] === mark;
}
