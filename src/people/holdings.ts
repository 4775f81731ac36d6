import { includesId, type Charge, type Ids, type Sight } from './requester.ts';

/** A repository somebody sees, by our ids. */
export interface HeldRepository {
  id: string;
  installation: string;
  /** They administer or maintain it on GitHub. */
  maintained: boolean;
}

/** A project somebody may see. */
export interface HeldProject {
  id: string;
  managed: boolean;
}

/** Everything that somebody may see and manage, before a token narrows it. */
export interface Holdings {
  /** Installations they manage, which they see whole. */
  installations: Ids;
  repositories: readonly HeldRepository[];
  projects: readonly HeldProject[];
}

/** What a token was restricted to when it was made; with each repository the installation that it belongs to now. */
export interface Restriction {
  installations: readonly string[];
  repositories: readonly { id: string; installation: string }[];
  projects: readonly { id: string; repositories: readonly { id: string; installation: string }[] }[];
}

/** The part of the holdings that a restriction names: never more than there was. Pure. */
export function narrowHoldings(held: Holdings, to: Restriction): Holdings {
  const named = [...to.repositories, ...to.projects.flatMap(({ repositories }) => repositories)];
  const ids = new Set(named.map(({ id }) => id));
  const own = held.repositories.filter(({ id, installation }) => ids.has(id) || to.installations.includes(installation));
  const ofManaged = named.filter(({ installation }) => includesId(held.installations, installation));
  const known = new Set(own.map(({ id }) => id));
  return {
    installations: to.installations.filter((id) => includesId(held.installations, id)),
    repositories: [
      ...own,
      ...ofManaged.filter(({ id }) => !known.has(id)).map(({ id, installation }) => ({ id, installation, maintained: true })),
    ],
    projects:
      held.installations === 'all'
        ? to.projects.map(({ id }) => ({ id, managed: true }))
        : held.projects.filter(({ id }) => to.projects.some((project) => project.id === id)),
  };
}

/** What the holdings let somebody see and change. Pure. */
export function spread({ installations, repositories, projects }: Holdings): { sight: Sight; charge: Charge } {
  return {
    sight: {
      installations,
      partly: [...new Set(repositories.map(({ installation }) => installation))],
      repositories: repositories.map(({ id }) => id),
      projects: projects.map(({ id }) => id),
    },
    charge: {
      installations,
      repositories: repositories.filter(({ maintained }) => maintained).map(({ id }) => id),
      projects: projects.filter(({ managed }) => managed).map(({ id }) => id),
    },
  };
}
