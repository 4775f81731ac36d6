import { z } from 'zod';
import { describeError, RepoWatchError } from '../../core/errors.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import type { GitHubPermissions } from '../github-access.ts';
import type { NarrowGitHub, NarrowRequest } from '../narrow-github.ts';
import { parsePlainJson } from '../plain-json.ts';
import type { RunFacts } from '../run-facts.ts';

const methods = ['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE'] as const;

const githubCall = z.strictObject({ route: z.string().max(1000), params: z.record(z.string().max(100), z.unknown()).default({}) });

/** More of an answer than this is not given to a script. */
const maxAnswerLength = 1024 * 1024;

/** Parameters whose value may be several segments of an address. */
const severalSegments = new Set(['path', 'ref']);

interface GitHubTools {
  github: NarrowGitHub;
  facts: RunFacts;
  permissions: GitHubPermissions;
  checkDestination: (url: URL) => void;
}

/** A script's github.request: JSON text in and out, `{ error }` instead of a rejection. */
export async function answerScriptGitHub(request: string, signal: AbortSignal, tools: GitHubTools): Promise<string> {
  try {
    const parsed = githubCall.safeParse(parsePlainJson(request));
    if (!parsed.success) return refuse(`github.request was called with something it does not take: ${z.prettifyError(parsed.error)}`);
    const target = resolveRoute(parsed.data.route, parsed.data.params, tools.facts);
    if (!target.ok) return refuse(target.message, 'github_refused');
    tools.checkDestination(tools.github.url);
    const answer = await tools.github.request(tools.facts, { ...target.value, permissions: tools.permissions, signal });
    if (!answer.ok) return refuse(`${answer.code}: ${answer.message}`, answer.code);
    const text = JSON.stringify(answer.value);
    return text.length > maxAnswerLength ? refuse("GitHub's answer is larger than 1 MiB; ask for less, with per_page") : text;
  } catch (error) {
    if (error instanceof RepoWatchError) return refuse(`${error.code}: ${error.message}`, error.code);
    return refuse(`github.request failed: ${describeError(error)}`);
  }
}

function refuse(error: string, code?: string): string {
  return JSON.stringify({ error, code });
}

type Target = Pick<NarrowRequest, 'method' | 'path' | 'body'>;

/** What a route with its parameters comes to; only what lies below the run's own repository. */
export function resolveRoute(
  route: string,
  params: Readonly<Record<string, unknown>>,
  { repository }: Pick<RunFacts, 'repository'>,
): Outcome<Target, 'github_refused'> {
  const match = /^([A-Z]{3,6}) \/repos\/([\w.-]+|\{owner\})\/([\w.-]+|\{repo\})(\/[\w.{}/-]+)?$/.exec(route);
  const method = methods.find((known) => known === match?.[1]);
  const fullName = String(repository['full_name']);
  if (!match || method === undefined)
    return failed(
      'github_refused',
      `Write a route such as GET /repos/{owner}/{repo}/issues; ${JSON.stringify(route.slice(0, 100))} is none.`,
    );
  const { owner = repository['owner'], repo = repository['name'], ...rest } = params;
  const names = [match[2] === '{owner}' ? owner : match[2], match[3] === '{repo}' ? repo : match[3]];
  // Both spellings: what the route says, and what the parameters say although the route does not ask.
  if ([names.join('/'), `${String(owner)}/${String(repo)}`].some((name) => name.toLowerCase() !== fullName.toLowerCase()))
    return failed('github_refused', `A script reaches ${fullName} only, the repository of its run.`);
  const path = fillIn(match[4] ?? '', rest);
  if (!path.ok) return path;
  const left = Object.fromEntries(Object.entries(rest).filter(([name]) => !path.value.used.has(name)));
  if (method !== 'GET' && method !== 'HEAD') return ok({ method, path: path.value.text, body: left });
  const query = new URLSearchParams(
    Object.entries(left).flatMap(([name, value]): [string, string][] => (value === null ? [] : [[name, textOf(value)]])),
  ).toString();
  return ok({ method, path: query === '' ? path.value.text : `${path.value.text}?${query}` });
}

/** Puts values into a path. None of them can lead out of it: an address would resolve dot segments to somewhere else. */
function fillIn(
  template: string,
  params: Readonly<Record<string, unknown>>,
): Outcome<{ text: string; used: Set<string> }, 'github_refused'> {
  const used = new Set<string>();
  let wrong: string | undefined;
  const text = template.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
    used.add(name);
    const value = Object.hasOwn(params, name) ? textOf(params[name]) : '';
    if (value === '' || !value.isWellFormed()) wrong ??= name;
    return severalSegments.has(name) ? value.split('/').map(encode).join('/') : encode(value);
  });
  if (wrong !== undefined) return failed('github_refused', `The route needs the parameter ${wrong}.`);
  const segments = text.split('/').slice(1);
  const leads = /[{}]/.test(text) || segments.some((segment) => ['', '.', '..'].includes(segment));
  return leads ? failed('github_refused', 'A part of the route is empty, a dot, or not filled in.') : ok({ text, used });
}

function encode(value: string): string {
  return encodeURIComponent(value.toWellFormed());
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
