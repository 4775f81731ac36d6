import { z } from 'zod';
import { describeError } from '../core/errors.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { githubIdSchema } from './facts.ts';

/** What GitHub answers once, and never again, for a code. */
const conversionSchema = z.object({
  id: githubIdSchema,
  slug: z.string().min(1),
  name: z.string().optional(),
  html_url: z.string().optional(),
  owner: z.object({ login: z.string().optional() }).nullish(),
  client_id: z.string().min(1),
  client_secret: z.string().min(1),
  webhook_secret: z.string().nullish(),
  pem: z.string().includes('-----BEGIN'),
});

/** A GitHub App that was made from a manifest. */
export type ConvertedManifest = z.output<typeof conversionSchema>;

const timeoutMs = 20_000;

/** Exchanges the code that GitHub sent the browser back with for the App's credentials; works once, within an hour (handbook I1). */
export async function convertManifest(
  apiUrl: string,
  code: string,
): Promise<Outcome<ConvertedManifest, 'github_refused' | 'github_unavailable'>> {
  // A code is a part of the path: nothing else may come of it.
  if (!/^[\w-]{1,200}$/.test(code)) return failed('github_refused', 'This is no code of GitHub. Begin the registration again.');
  const address = `${apiUrl.replace(/\/+$/, '')}/app-manifests/${code}/conversions`;
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { accept: 'application/vnd.github+json', 'user-agent': 'repowatch', 'x-github-api-version': '2022-11-28' },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    if (response.status === 404 || response.status === 422)
      return failed(
        'github_refused',
        'GitHub does not take this code: it was used before, or is older than an hour. Begin the registration again.',
      );
    if (response.status !== 201 && response.status !== 200)
      return failed(
        'github_unavailable',
        `GitHub answered ${response.status} instead of the App's credentials. Load this page again in a moment.`,
      );
    const parsed = conversionSchema.safeParse(JSON.parse(text));
    if (parsed.success) return ok(parsed.data);
    const place = parsed.error.issues[0]?.path.join('.') ?? 'body';
    return failed('github_refused', `GitHub's answer lacks ${place}. Is ${apiUrl} the REST API of a GitHub?`);
  } catch (error) {
    // Never the body: it has the private key.
    const why =
      error instanceof SyntaxError ? 'its answer is not JSON' : describeError(Error.isError(error) ? (error.cause ?? error) : error);
    return failed(
      'github_unavailable',
      `GitHub could not be asked for the App's credentials at ${apiUrl}: ${why}. Load this page again in a moment.`,
    );
  }
}
