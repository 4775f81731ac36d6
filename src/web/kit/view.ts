import type { FastifyRequest } from 'fastify';
import type { Problem } from '../../http/schemas/problem.ts';
import { mayDo, type Resource, type Right } from '../../people/may-do.ts';
import type { Requester } from '../../people/requester.ts';
import type { Html } from '../html.ts';
import type { ApiClient } from './api-client.ts';
import type { Place } from './navigation.ts';

/** A form that was refused: what was filled in, and why it could not be done. Secret values are not kept. */
export interface RefusedForm {
  /** The form's path, so that a page with several forms knows which one. */
  path: string;
  values: Readonly<Record<string, string>>;
  problem: Problem;
}

/** Who looks at what. */
export interface View {
  request: FastifyRequest;
  requester: Requester;
  /** The REST side as whoever looks. */
  api: ApiClient;
  /** The parameters of the path. */
  params: Readonly<Record<string, string>>;
  /** The query; of a parameter given several times the last. */
  query: Readonly<Record<string, string>>;
  /** Path and query of this page. */
  url: string;
  refused: RefusedForm | undefined;
}

/** What a page shows. */
export interface PageContent {
  /** The title of the window, without the name of the site. */
  title: string;
  body: Html;
  /**
   * Parts that change by themselves, by the id that `livePart` gave them in the body. A page without them is not live. They hold
   * no forms that people fill in: an update would overwrite what they type.
   */
  live?: Readonly<Record<string, Html>>;
  /** Scripts beside the one of every page. */
  scripts?: readonly ('charts' | 'editor')[];
  /** `wide` for what needs the whole screen. */
  width?: 'normal' | 'wide';
  /** 200 without it. */
  status?: number;
  /** Leads to another page of this site instead of being shown. */
  redirect?: string;
}

/** One page of the site. */
export interface PageDefinition {
  /** As fastify's router takes it, such as `/runs/:id`. */
  path: string;
  place: Place;
  /** Reads what is shown by the REST side, and shows it. Throws what the REST side refuses. */
  render: (view: View) => Promise<PageContent>;
}

/** True when whoever looks may do this: buttons that would be refused are not shown. The REST side judges again. */
export function may({ requester }: View, right: Right, resource: Resource): boolean {
  return mayDo(requester, right, resource) === 'allowed';
}

/** This page with another query: what is undefined or empty goes, and so does the place in the list. */
export function pageUrl(view: View, changes: Record<string, string | undefined>): string {
  const [path = '/'] = view.url.split('?', 1);
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...view.query, cursor: undefined, notice: undefined, ...changes }))
    if (value !== undefined && value !== '') query.set(name, value);
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}
