import { randomBytes } from 'node:crypto';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import type { StateSigner } from '../core/signed-state.ts';
import type { AppFacts } from '../github/app-facts.ts';
import { findApp } from '../mirror/app.ts';
import { insertIntent, type InstallationIntent } from '../mirror/installation-intents.ts';
import type { Context } from './context.ts';
import type { SignInTools } from './sign-in.ts';

/** What beginning an installation and coming back from it work with, beside the context. */
export interface SetupTools {
  states: StateSigner;
  facts: AppFacts;
  /** Undefined without CLIENT_ID and CLIENT_SECRET. */
  people: SignInTools | undefined;
}

/** How long a person may take on GitHub. Milliseconds. */
const intentMs = 24 * 60 * 60 * 1000;

/** An installation that was begun, and where it goes on. */
export interface BegunInstallation {
  intent: InstallationIntent;
  installUrl: string;
}

/** A path on this server and nothing else: where else a redirect leads, nobody here decides. Undefined for any other text. */
export function readReturnPath(text: string): string | undefined {
  if (!/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,500}$/.test(text)) return undefined;
  const base = 'https://here.invalid';
  const url = URL.parse(text, base);
  // Read as a browser does: what has become another host, or more than a path, is refused.
  return url !== null && url.origin === base && url.pathname.startsWith('/') && !url.pathname.startsWith('//')
    ? `${url.pathname}${url.search}${url.hash}`
    : undefined;
}

/** Begins an installation of the App: one that is open for each person, with a signed state that GitHub brings back (features R002, R003). */
export async function beginInstallation(
  context: Context,
  tools: SetupTools,
  wish: { begunBy: string; account: string | undefined; returnTo: string | undefined },
): Promise<Outcome<BegunInstallation, ErrorCode>> {
  const returnTo = wish.returnTo === undefined ? undefined : readReturnPath(wish.returnTo);
  if (wish.returnTo !== undefined && returnTo === undefined)
    return failed('request_invalid', 'return_to must be a path on this server, such as /projects/1.', [
      { path: 'return_to', message: 'must be a path on this server' },
    ]);
  const slug = await findSlug(context, tools);
  if (!slug.ok) return slug;
  const intent = await insertIntent(context.db, context.host, {
    nonce: randomBytes(18).toString('base64url'),
    begunBy: wish.begunBy,
    accountLogin: wish.account ?? null,
    returnTo: returnTo ?? null,
    expiresAt: new Date(context.clock.now().getTime() + intentMs),
  });
  const state = encodeURIComponent(tools.states.sign(intent.nonce));
  const installUrl = `${context.githubUrl}/apps/${encodeURIComponent(slug.value)}/installations/new?state=${state}`;
  return ok({ intent, installUrl });
}

async function findSlug(context: Context, tools: SetupTools): Promise<Outcome<string, ErrorCode>> {
  const app = await findApp(context.db, context.host);
  return app === undefined ? await tools.facts.getSlug() : ok(app.slug);
}
