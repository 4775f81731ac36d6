import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../core/clock.ts';
import type { Db } from '../db/connect.ts';
import type { KeyRing } from '../vault/key-ring.ts';
import { claimMint, deleteEndedTokens, deleteTokens, findToken, releaseMint, storeToken, type TokenState } from './token-rows.ts';
import { judgeToken, scopeKey, type Token, type TokenScope } from './token.ts';

/** Asks GitHub for a new token of an installation. Throws what Octokit throws. */
export type Mint = (installation: string, scope: TokenScope) => Promise<Token>;

/** Where tokens are shared; without it each process makes its own. */
export interface TokenStore {
  db: Db;
  keyRing: KeyRing;
  /** The GitHub host of the installations. */
  host: string;
}

/** What the database said is believed for this long: within it a new token or a lost right is seen by every process. Milliseconds. */
const believedMs = 1_000;
/** How long one process may take to make a token before another tries: longer than a request and its repetition may take. Seconds. */
const claimSeconds = 25;
/** How long the others wait between looks. Milliseconds. */
const lookAgainMs = 50;

interface Known {
  token: Token;
  seenAt: number;
}

/**
 * One token per installation, shared by all processes: encrypted in Postgres, made once by whoever is first, renewed before
 * it ends. That saves requests, and it is what makes answers known by their ETag worth something (handbook D9).
 */
export class SharedTokens {
  readonly #mint: Mint;
  readonly #clock: Clock;
  readonly #store: TokenStore | undefined;
  readonly #known = new Map<string, Known>();
  readonly #pending = new Map<string, Promise<Token>>();

  constructor(options: { mint: Mint; clock: Clock; store?: TokenStore | undefined }) {
    this.#mint = options.mint;
    this.#clock = options.clock;
    this.#store = options.store;
  }

  /** The token to use now. Throws what GitHub answers when it gives none. */
  async take(installation: string, scope: TokenScope = {}): Promise<Token> {
    const key = `${installation} ${scopeKey(scope)}`;
    const known = this.#known.get(key);
    if (known && Date.now() - known.seenAt < believedMs && judgeToken(known.token, this.#clock.now()) === 'fresh') return known.token;
    // Within one process one question is enough for all who want to know.
    let pending = this.#pending.get(key);
    if (pending === undefined) {
      pending = this.#find(key, installation, scope).finally(() => this.#pending.delete(key));
      this.#pending.set(key, pending);
    }
    return await pending;
  }

  /** Makes another token at once and lets go of the present ones, whatever they were narrowed to. */
  async renew(installation: string): Promise<void> {
    await this.drop(installation);
    await this.take(installation);
  }

  /** Lets go of an installation's tokens, or of one that GitHub no longer takes. */
  async drop(installation: string, token?: Token): Promise<void> {
    for (const [key, known] of this.#known) {
      const isMeant = token === undefined || known.token.fingerprint === token.fingerprint;
      if (isMeant && key.startsWith(`${installation} `)) this.#known.delete(key);
    }
    if (!this.#store) return;
    const { db, host } = this.#store;
    await deleteTokens(db, { host, installation, ...(token && { fingerprint: token.fingerprint }) });
  }

  async #find(key: string, installation: string, scope: TokenScope): Promise<Token> {
    for (;;) {
      const state = await this.#look(installation, scope);
      // What may not be shared, because the installation is not known or not active, lives in this process only.
      const own = state?.active ? undefined : this.#known.get(key)?.token;
      const token = state?.token ?? own;
      const judged = token === undefined ? 'over' : judgeToken(token, this.#clock.now());
      if (token && judged === 'fresh') return this.#remember(key, token);
      const usable = judged === 'ending' ? token : undefined;
      try {
        if (!state?.active) return this.#remember(key, await this.#mint(installation, scope));
        const made = await this.#makeShared(state, installation, scope);
        if (made) return this.#remember(key, made);
      } catch (error) {
        // There are minutes left to make another one in.
        if (!usable) throw error;
      }
      if (usable) return usable;
      await pause(lookAgainMs);
    }
  }

  async #look(installation: string, scope: TokenScope): Promise<TokenState | undefined> {
    if (!this.#store) return undefined;
    const { db, keyRing, host } = this.#store;
    return await findToken(db, keyRing, { host, installation, scope: scopeKey(scope) });
  }

  /** Makes the shared token, unless another process is at it. */
  async #makeShared(state: TokenState, installation: string, scope: TokenScope): Promise<Token | undefined> {
    const { db, keyRing } = this.#store!;
    const { installationId, granted } = state;
    const place = { scope: scopeKey(scope), seconds: claimSeconds };
    if (!(await claimMint(db, installationId, place))) return undefined;
    try {
      // Another process may have stored one between our look and our claim.
      const present = (await this.#look(installation, scope))?.token;
      if (present && judgeToken(present, this.#clock.now()) === 'fresh') {
        await releaseMint(db, installationId, place.scope);
        return present;
      }
      const token = await this.#mint(installation, scope);
      await storeToken(db, keyRing, { installationId, scope: place.scope, granted, token });
      // Rarely enough, and often enough: nothing that ended lies around for longer than the next one lives.
      await deleteEndedTokens(db);
      return token;
    } catch (error) {
      await releaseMint(db, installationId, place.scope);
      throw error;
    }
  }

  #remember(key: string, token: Token): Token {
    this.#known.set(key, { token, seenAt: Date.now() });
    return token;
  }
}
