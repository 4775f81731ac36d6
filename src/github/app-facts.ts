import { z } from 'zod';
import { ok } from '../core/outcome.ts';
import { ask, readOne, type Read } from './ask.ts';
import type { Clients } from './clients.ts';
import { actorSchema, githubIdSchema, installationSchema } from './facts.ts';
import { readPages } from './read-pages.ts';
import type { InstallationFacts } from './translation.ts';

/** A member's wish for the App, which an owner has not answered yet (handbook I7). */
export interface InstallationRequest {
  githubId: string;
  account: { githubId: string; login: string };
  requester: { githubId: string | null; login: string } | null;
  createdAt: string | null;
}

/** Questions that the App asks about its installations with its own key: GitHub's word, and nobody's claim. */
export interface AppFacts {
  /** The name of the App in addresses on GitHub. */
  getSlug(): Promise<Read<string>>;
  /** `github_not_found` when the App has no such installation. */
  getInstallation(githubId: string): Promise<Read<InstallationFacts>>;
  listInstallationRequests(): Promise<Read<InstallationRequest[]>>;
}

const requestSchema = z
  .object({
    id: githubIdSchema,
    account: z.object({ id: githubIdSchema, login: z.string().optional(), slug: z.string().optional() }),
    requester: actorSchema,
    created_at: z.string().nullish(),
  })
  .transform(({ id, account, requester, created_at }): InstallationRequest => ({
    githubId: id,
    account: { githubId: account.id, login: account.login ?? account.slug ?? account.id },
    requester: requester && { githubId: requester.id, login: requester.login },
    createdAt: created_at ?? null,
  }));

/** How long GitHub's word on an installation is good for: strangers can ask for it again and again. Milliseconds. */
const rememberedMs = 30_000;
const rememberedAtMost = 500;

/** Wires the questions to the App's client. */
export function createAppFacts(clients: Pick<Clients, 'app'>): AppFacts {
  const remembered = new Map<string, { until: number; answer: Promise<Read<InstallationFacts>> }>();
  const getInstallation = (id: string) =>
    ask(async () => readOne(await clients.app(), { route: 'GET /app/installations/{id}', params: { id } }, installationSchema));
  return {
    getSlug: () =>
      ask(async () => {
        const app = await readOne(await clients.app(), { route: 'GET /app' }, z.object({ slug: z.string().min(1) }));
        return app.ok ? ok(app.value.slug) : app;
      }),
    getInstallation(id) {
      const known = remembered.get(id);
      if (known !== undefined && known.until > Date.now()) return known.answer;
      if (remembered.size >= rememberedAtMost) remembered.clear();
      const answer = getInstallation(id);
      // Trouble on the way is no word of GitHub's.
      void answer.then(
        (read) => read.ok || read.code === 'github_not_found' || remembered.delete(id),
        () => remembered.delete(id),
      );
      remembered.set(id, { until: Date.now() + rememberedMs, answer });
      return answer;
    },
    listInstallationRequests: () =>
      ask(async () =>
        readPages(await clients.app(), {
          route: 'GET /app/installation-requests',
          params: { per_page: '100' },
          page: z.array(requestSchema),
          itemsOf: (page) => page,
        }),
      ),
  };
}
