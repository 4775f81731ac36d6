import { z } from 'zod';
import { failed, ok } from '../core/outcome.ts';
import { ask, describeMismatch, readOne, type Read } from './ask.ts';
import type { Clients, GitHubClient } from './clients.ts';
import { githubIdSchema } from './facts.ts';
import { nextParams } from './read-pages.ts';
import { sliceJson } from './slice-json.ts';

/** One attempt of GitHub to deliver something, as its record lists it. Several have the same GUID: redeliveries (handbook A11, A14). */
export interface ListedDelivery {
  /** GitHub's id of the attempt; above 2^53, hence text (handbook A18). */
  id: string;
  guid: string;
  deliveredAt: Date;
  redelivery: boolean;
  /** `OK`, or what went wrong; what codes a failed connection has is not documented (handbook A14, N2). */
  status: string;
  statusCode: number | null;
  event: string;
  action: string | null;
  installationGithubId: string | null;
  repositoryGithubId: string | null;
}

/** A page of the record, newest first, and where the next one begins; undefined at the end. */
export interface DeliveriesPage {
  deliveries: ListedDelivery[];
  /** How many entries had no id, GUID, event or time that can be understood. */
  unreadable: number;
  next: string | undefined;
}

/** What was sent in one delivery. */
export interface SentDelivery {
  /** By lower-case name. */
  headers: Record<string, string>;
  /** The payload's text exactly as GitHub's answer has it, in UTF-8. Undefined when GitHub keeps none. */
  body: Buffer | undefined;
}

/** Where the App's webhook points; `insecureSsl` true means that certificates are not checked (handbook A23). */
interface HookConfig {
  url: string | null;
  contentType: string | null;
  insecureSsl: boolean;
  hasSecret: boolean;
}

/** Questions about GitHub's record of what it delivered to this App. They are asked as the App and belong to no installation's budget. */
export interface HookDeliveries {
  listPage(cursor: string | undefined): Promise<Read<DeliveriesPage>>;
  read(id: string): Promise<Read<SentDelivery>>;
  readConfig(): Promise<Read<HookConfig>>;
}

/** What travels in a URL, a header or a name; the door takes no others either. */
const nameSchema = z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/);

const listedSchema = z
  .object({
    id: githubIdSchema,
    guid: nameSchema,
    delivered_at: z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'is no time'),
    redelivery: z.boolean().nullish(),
    status: z.string().nullish(),
    status_code: z.number().nullish(),
    event: nameSchema,
    action: z.string().nullish(),
    installation_id: githubIdSchema.nullish(),
    repository_id: githubIdSchema.nullish(),
  })
  .transform((item): ListedDelivery => ({
    id: item.id,
    guid: item.guid,
    deliveredAt: new Date(item.delivered_at),
    redelivery: item.redelivery ?? false,
    status: item.status ?? '',
    statusCode: item.status_code ?? null,
    event: item.event,
    action: item.action ?? null,
    installationGithubId: item.installation_id ?? null,
    repositoryGithubId: item.repository_id ?? null,
  }));

const configSchema = z.object({
  url: z.string().nullish(),
  content_type: z.string().nullish(),
  insecure_ssl: z.union([z.string(), z.number()]).nullish(),
  secret: z.string().nullish(),
});

/** The rest of the answer is cut out of its text. */
const sentSchema = z.object({ request: z.object({ headers: z.record(z.string(), z.unknown()).nullish(), payload: z.unknown() }) });

const listRoute: string = 'GET /app/hook/deliveries';
const oneRoute: string = 'GET /app/hook/deliveries/{delivery_id}';

/** Wires the questions to the client that speaks as the App. */
export function createHookDeliveries(clients: Pick<Clients, 'app'>): HookDeliveries {
  return {
    listPage: (cursor) => ask(async () => listPage(await clients.app(), cursor)),
    read: (id) => ask(async () => readSent(await clients.app(), id)),
    readConfig: () => ask(async () => readConfig(await clients.app())),
  };
}

async function listPage(client: GitHubClient, cursor: string | undefined): Promise<Read<DeliveriesPage>> {
  const params = { per_page: '100', ...(cursor === undefined ? {} : { cursor }) };
  const { data, headers } = (await client.request(listRoute, params)) as { data: unknown; headers: { link?: string } };
  const parsed = z.array(z.unknown()).safeParse(data);
  const incomplete = (why: string) => failed('listing_incomplete' as const, `GitHub's record of deliveries could not be read: ${why}`);
  if (!parsed.success) return incomplete(`a page was cut off or is not the list it should be (${describeMismatch(parsed.error)})`);
  // One entry that nobody understands must not hide the others for ever.
  const deliveries = parsed.data.flatMap((item) => listedSchema.safeParse(item).data ?? []);
  const page = { deliveries, unreadable: parsed.data.length - deliveries.length };
  const next = nextParams(headers.link);
  if (next === undefined) return ok({ ...page, next: undefined });
  const following = next?.['cursor'];
  if (following === undefined || following === cursor) return incomplete('a page does not say what the next one is');
  return ok({ ...page, next: following });
}

async function readSent(client: GitHubClient, id: string): Promise<Read<SentDelivery>> {
  // As text: parsed and written again, numbers above 2^53 would be others (handbook A18).
  const params = { delivery_id: id, request: { parseSuccessResponseBody: false } };
  const { data } = (await client.request(oneRoute, params)) as unknown as { data: ReadableStream };
  const wrong = (why: string) => failed('github_unavailable' as const, `GitHub's answer to delivery ${id} ${why}`);
  let text: string;
  let parsed: z.ZodSafeParseResult<z.output<typeof sentSchema>>;
  try {
    text = await new Response(data).text();
    parsed = sentSchema.safeParse(JSON.parse(text));
  } catch {
    return wrong('was cut off');
  }
  if (!parsed.success) return wrong(`is not what it should be (${describeMismatch(parsed.error)})`);
  const { headers, payload } = parsed.data.request;
  const body = payload === null || payload === undefined ? undefined : sliceJson(text, ['request', 'payload']);
  return ok({
    headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)])),
    body: body === undefined ? undefined : Buffer.from(body),
  });
}

async function readConfig(client: GitHubClient): Promise<Read<HookConfig>> {
  const read = await readOne(client, { route: 'GET /app/hook/config' }, configSchema);
  if (!read.ok) return read;
  const { url, content_type: contentType, insecure_ssl: insecure, secret } = read.value;
  return ok({
    url: url ?? null,
    contentType: contentType ?? null,
    insecureSsl: String(insecure ?? '0') !== '0',
    hasSecret: (secret ?? '') !== '',
  });
}
