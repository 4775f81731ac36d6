import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { catalogue } from '../../core/error-catalogue.ts';
import { readReturnPath } from '../../flow/begin-installation.ts';
import type { Problem } from '../../http/schemas/problem.ts';
import { requesterOf } from '../../http/requester.ts';
import type { Html } from '../html.ts';
import { isLiveReading, liveHeader } from './live-reading.ts';
import { createApiClient, type Answer, type ApiClient } from './api-client.ts';
import { framedPage, liveFragment } from './frame.ts';
import { withNotice } from './notices.ts';
import type { Site } from './site.ts';
import type { PageContent, PageDefinition, RefusedForm, View } from './view.ts';

/** What routes of pages declare: no line in the OpenAPI document, and web/door.ts judges who comes. */
export const pageRoute = { schema: { hide: true }, config: { access: 'page' as const } };

function readQuery(query: unknown): Record<string, string> {
  const entries = Object.entries(query as Record<string, unknown>).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.at(-1) : value,
  ]);
  return Object.fromEntries(entries.filter(([, value]) => typeof value === 'string' && !value.includes('\0')));
}

/** What a request looks at; whoever sent it must have been identified by the door. */
export function viewOf(site: Site, request: FastifyRequest, refused?: RefusedForm): View {
  return {
    request,
    requester: requesterOf(request),
    api: createApiClient(site.app, site.door.gate.inner, request),
    params: request.params as Record<string, string>,
    query: readQuery(request.query),
    url: request.url,
    refused,
  };
}

async function sendPage(site: Site, page: PageDefinition, { view, reply }: { view: View; reply: FastifyReply }): Promise<FastifyReply> {
  const content = await page.render(view);
  if (content.redirect !== undefined) return reply.redirect(content.redirect, 303);
  if (isLiveReading(view.request))
    return reply
      .header(liveHeader, 'parts')
      .type('text/html; charset=utf-8')
      .send(liveFragment(content.live ?? {}));
  const status = view.refused === undefined ? (content.status ?? 200) : view.refused.problem.status;
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .send(framedPage(site, view, { ...content, place: page.place }));
}

/** The way to sign in that leads back to where somebody wanted to go. */
function signInPath(request: FastifyRequest): string {
  const to = readReturnPath(request.url);
  return to === undefined || to === '/' ? '/login' : `/login?return_to=${encodeURIComponent(to)}`;
}

/** Adds a page for those who have signed in. */
export function addPage(site: Site, page: PageDefinition): void {
  site.app.get(page.path, pageRoute, async (request, reply) => {
    if ((await site.door.find(request)) === undefined) return reply.redirect(signInPath(request), 303);
    return await sendPage(site, page, { view: viewOf(site, request), reply });
  });
}

/** Adds a part that an open page loads when somebody unfolds it; what is wrong is said in its place. */
export function addPart(site: Site, path: string, render: (view: View) => Promise<Html>): void {
  site.app.get(path, pageRoute, async (request, reply) => {
    await site.door.require(request);
    return reply.type('text/html; charset=utf-8').send((await render(viewOf(site, request))).text);
  });
}

/** What a form was filled in with; of a field given several times all texts, joined by newlines. */
export type FormValues = Readonly<Record<string, string>>;

/** What a form does: asks the REST side, and says where to go. */
export interface FormDefinition {
  path: string;
  /** The page that holds the form. It is shown again, with what was filled in, when the REST side refuses. */
  page: PageDefinition;
  /** Of the form's own path, the parameters and query of that page, when they differ. */
  pageView?: (view: View) => Partial<Pick<View, 'params' | 'query' | 'url'>>;
  /** Asks the REST side. What it answers decides. */
  submit: (view: View, values: FormValues) => Promise<Answer<unknown>>;
  /** Where to go when it was done, and the word of notices.ts for it. A field `return_to` of the form wins. */
  done: (view: View, result: { values: FormValues; value: unknown }) => { to: string; notice?: string };
  /** Shows what was done at once, instead of going anywhere: a secret that is told this one time. */
  reveal?: (view: View, result: { values: FormValues; value: unknown }) => PageContent | Promise<PageContent>;
}

/** Fields that are not shown again: whoever looks over a shoulder, or into a cache, finds no secret. */
const unkept = /^(?:value|secret|token|password|form_key)$|_(?:secret|token|password)$/;

function keptValues(values: FormValues): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !unkept.test(name)));
}

/** A second click on the same form does nothing twice: its key goes along with what is made (docs/api.md, Idempotency-Key). */
function onceOnly(api: ApiClient, key: string | undefined): ApiClient {
  if (key === undefined || !/^[0-9a-f-]{36}$/.test(key)) return api;
  return {
    ...api,
    async send(wish) {
      if (wish.method !== 'POST') return await api.send(wish);
      // With what is sent: whoever goes back and fills in something else wants another thing.
      const digest = createHash('sha256')
        .update(JSON.stringify([wish.path, wish.body]))
        .digest('base64url');
      return await api.send({ ...wish, headers: { 'idempotency-key': `${key}-${digest}`, ...wish.headers } });
    },
  };
}

/** Adds a form's way in: from our own page only, by whoever has signed in; done is followed by a page of its own (303). */
export function addForm(site: Site, form: FormDefinition): void {
  site.app.post(form.path, pageRoute, async (request, reply) => {
    await site.door.requireWrite(request);
    const values = (request.body ?? {}) as FormValues;
    const view = viewOf(site, request);
    const answer = await form.submit({ ...view, api: onceOnly(view.api, values['form_key']) }, values);
    if (!answer.ok) return await sendRefused(site, form, { view, reply, values, problem: answer.problem });
    if (form.reveal !== undefined) {
      const content = await form.reveal(view, { values, value: answer.value });
      return reply.type('text/html; charset=utf-8').send(framedPage(site, view, { ...content, place: form.page.place }));
    }
    const { to, notice } = form.done(view, { values, value: answer.value });
    const target = readReturnPath(values['return_to'] ?? '') ?? to;
    return reply.redirect(notice === undefined ? target : withNotice(target, notice), 303);
  });
}

async function sendRefused(
  site: Site,
  form: FormDefinition,
  { view, reply, values, problem }: { view: View; reply: FastifyReply; values: FormValues; problem: Problem },
): Promise<FastifyReply> {
  const refused = { path: view.url.split('?', 1)[0]!, values: keptValues(values), problem };
  const shown = { ...view, ...form.pageView?.(view), refused };
  return await sendPage(site, form.page, { view: shown, reply });
}

/** A refusal that a page finds by itself, in the REST side's shape: a confirmation that does not fit, a field that is no number. */
export function refuseForm(fields: readonly { path: string; message: string }[]): Answer<never> {
  const { status, title } = catalogue.request_invalid;
  const detail = fields.map(({ path, message }) => `${path}: ${message}`).join('; ');
  const problem = { type: 'about:blank', title, status, code: 'request_invalid', detail, instance: '', errors: [...fields] };
  return { ok: false, status, problem };
}
