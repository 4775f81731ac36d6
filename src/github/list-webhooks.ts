import { z } from 'zod';
import type { Read } from './ask.ts';
import type { GitHubClient } from './clients.ts';
import { githubIdSchema } from './facts.ts';
import { readPages } from './read-pages.ts';
import { repositoryRoute, type RepositoryPlace } from './repository-path.ts';

/** A webhook that a repository has beside the App. Addresses often carry tokens: only where it leads is told. */
export interface RepositoryWebhook {
  github_id: string;
  active: boolean;
  events: string[];
  /** Scheme, host and path; null when it is no address. */
  url: string | null;
  content_type: string | null;
  /** False: it does not check certificates. */
  tls_checked: boolean;
  /** How GitHub's last delivery went, in its words. */
  last_delivery: { code: number | null; status: string | null; message: string | null };
}

const webhook = z
  .object({
    id: githubIdSchema,
    active: z.boolean(),
    events: z.array(z.string()),
    config: z.object({ url: z.string(), content_type: z.string(), insecure_ssl: z.union([z.string(), z.number()]) }).partial(),
    last_response: z
      .object({ code: z.number().nullish(), status: z.string().nullish(), message: z.string().nullish() })
      .nullish()
      .catch(null),
  })
  .transform(({ id, active, events, config, last_response: last }): RepositoryWebhook => {
    const lastDelivery = { code: last?.code ?? null, status: last?.status ?? null, message: last?.message ?? null };
    return {
      github_id: id,
      active,
      events,
      url: showAddress(config.url),
      content_type: config.content_type ?? null,
      tls_checked: String(config.insecure_ssl ?? '0') === '0',
      last_delivery: lastDelivery,
    };
  });

function showAddress(text: string | undefined): string | null {
  const url = URL.parse(text ?? '');
  return url === null ? null : `${url.protocol}//${url.host}${url.pathname}`;
}

/** Lists the webhooks of a repository; needs the permission `repository_hooks`. */
export async function listRepositoryWebhooks(client: GitHubClient, place: RepositoryPlace): Promise<Read<RepositoryWebhook[]>> {
  return await readPages(client, {
    route: repositoryRoute(place, '/hooks'),
    params: { per_page: '100' },
    page: z.array(webhook),
    itemsOf: (page) => page,
  });
}
