/** What a token may be used for. A person who has signed in has all of them; what they may do with them is a matter of their role. */
export const tokenScopes = ['read', 'write', 'admin'] as const;
export type TokenScope = (typeof tokenScopes)[number];

/** Our ids of a kind of thing, or every one there is. */
export type Ids = 'all' | readonly string[];

/** What somebody may look at. */
export interface Sight {
  /** Installations that are seen whole, with everything in them. */
  installations: Ids;
  /** Installations of which only some repositories are seen. */
  partly: readonly string[];
  /** These repositories, each only as long as it belongs to an installation of `partly`. */
  repositories: readonly string[];
  /** Projects that are seen, beside those of `installations`. */
  projects: readonly string[];
}

/** Where somebody may change something. */
export interface Charge {
  /** Installations they manage: everything in them, and the installation itself. */
  installations: Ids;
  /** Projects they manage. */
  projects: readonly string[];
  /** Repositories that they administer or maintain on GitHub: what belongs to one of these. */
  repositories: readonly string[];
}

/** Who asks, by what the gate has proven and by nothing that a request says of itself. */
export interface Requester {
  /** `admin`: ADMIN_TOKEN; `token`: an API token; `user`: a person's session. */
  kind: 'admin' | 'token' | 'user';
  /** Our id of the token or of the session's person; null for ADMIN_TOKEN. */
  id: string | null;
  /** Our id of the person, also behind a token of theirs; null when there is none. */
  userId: string | null;
  /** The person's number on GitHub; null when there is no person. */
  githubId: string | null;
  /** The person's login on GitHub, `token:<name>`, or `admin`. */
  login: string;
  scopes: readonly TokenScope[];
  /** True for who administers this whole server. */
  admin: boolean;
  sight: Sight;
  charge: Charge;
}

/** Whoever has ADMIN_TOKEN. */
export const adminRequester: Requester = {
  kind: 'admin',
  id: null,
  userId: null,
  githubId: null,
  login: 'admin',
  scopes: tokenScopes,
  admin: true,
  sight: { installations: 'all', partly: [], repositories: [], projects: [] },
  charge: { installations: 'all', projects: [], repositories: [] },
};

/** True when the id is among those. */
export function includesId(ids: Ids, id: string | null | undefined): boolean {
  return ids === 'all' || (id !== null && id !== undefined && ids.includes(id));
}
