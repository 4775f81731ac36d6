import type { NounData } from '../changes/change.ts';
import type { Actor, Commit } from '../changes/ref-change.ts';
import type { RepositoryChangeType } from '../changes/repository-change.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import type { RefKind } from '../core/statuses.ts';
import type { Meaning } from './meaning.ts';

/** Who owns an installation. An Enterprise has no repositories (handbook B11). */
export interface AccountFacts {
  github_id: string;
  login: string;
  type: 'User' | 'Organization' | 'Enterprise';
  avatar_url: string | null;
}

/** What GitHub says about a repository. Everything but the ids is display data that changes (handbook B8). */
export interface RepositoryFacts {
  github_id: string;
  node_id: string | null;
  name: string;
  full_name: string;
  owner: { github_id: string; login: string; type: string; avatar_url: string | null };
  private: boolean;
  /** GitHub's word: public, private or internal; null from older servers. */
  visibility: string | null;
  /** Null when GitHub did not say, never a guess. */
  default_branch: string | null;
  archived: boolean;
  disabled: boolean;
  pushed_at: Date | null;
  /** When something about it changed last: tells an older delivery from a newer one. */
  updated_at: Date | null;
  html_url: string | null;
  /** What it was made from, where GitHub says so: only when it is asked for the one repository. */
  made_from?: { kind: 'fork' | 'template'; github_id: string };
}

/** What an installation event says about a repository; never enough to start tracking it (handbook B2). */
export interface RepositoryStub {
  github_id: string;
  node_id: string | null;
  name: string;
  full_name: string;
  private: boolean;
}

/** Which installation a delivery was sent to. */
export interface InstallationRef {
  github_id: string;
}

/** The App as it is registered. */
export interface AppFacts {
  github_id: string;
  slug: string;
  name: string;
  html_url: string | null;
  permissions: Record<string, string>;
  events: string[];
}

/** What GitHub says about an installation. */
export interface InstallationFacts {
  github_id: string;
  account: AccountFacts;
  repository_selection: 'all' | 'selected';
  permissions: Record<string, string>;
  events: string[];
  app_slug: string | null;
  /** Its page of settings on GitHub, where its owner mends it. */
  html_url: string | null;
  suspended_at: Date | null;
  created_at: Date | null;
  updated_at: Date | null;
}

/** A ref that went from one head to another, as a push tells it. Text in it is written by strangers (handbook C18). */
export interface RefMove {
  kind: RefKind;
  name: string;
  full: string;
  before: string;
  after: string;
  forced: boolean;
  actor: Actor | null;
  commits: Commit[];
  /** The peeled commit, also for an annotated tag, where `after` is the tag object (handbook C6). */
  head_commit: Commit | null;
  commit_count: number;
  /** True when the payload could not carry all commits or all file names (handbook C4). */
  truncated: boolean;
  compare_url: string | null;
  pushed_at: Date | null;
}

/** The actions of `installation`, and those of `installation_repositories` by the names of their arrays. */
export type InstallationAction =
  'created' | 'deleted' | 'suspend' | 'unsuspend' | 'new_permissions_accepted' | 'repositories_added' | 'repositories_removed';

type RepositoryActionOf<Type> = Type extends `repository.${infer Action}` ? Action : never;
/** The actions of `repository`: the second half of our own type words. */
export type RepositoryAction = RepositoryActionOf<RepositoryChangeType>;

/** A delivery that changes nothing, with the reason for people. */
export interface Ignored {
  result: 'ignored';
  code: ErrorCode;
  reason: string;
}

/** What one delivery means, in our words. Pure data: the mirror decides later what of it is news. */
export type Translation =
  | { result: 'ref_move'; repository: RepositoryFacts; installation: InstallationRef; move: RefMove }
  | {
      /** `create` and `delete` repeat a push and carry no sha: a reason to look, never a fact (handbook C10). */
      result: 'ref_hint';
      repository: RepositoryFacts;
      installation: InstallationRef;
      hint: { kind: RefKind; name: string; gone: boolean };
    }
  | {
      result: 'installation';
      action: InstallationAction;
      installation: InstallationFacts;
      actor: Actor | null;
      /** The member who asked, when an owner approved later (handbook I7). */
      requester: Actor | null;
      /** Hints only: never complete, and absent for some actions (handbook B2-B4). */
      repositories: RepositoryStub[];
      added: RepositoryStub[];
      removed: RepositoryStub[];
    }
  | {
      result: 'repository';
      action: RepositoryAction;
      repository: RepositoryFacts;
      installation: InstallationRef;
      actor: Actor | null;
      /** What it was before: `name`, `owner`, `default_branch`, … as far as GitHub says (handbook B6, B7). */
      from: Record<string, unknown>;
    }
  | {
      /** An account got another login, or is gone (handbook B10). */
      result: 'account';
      action: 'renamed' | 'deleted';
      account: AccountFacts;
      /** The login before, as far as GitHub says. */
      from: string | null;
      installation: InstallationRef | null;
      actor: Actor | null;
    }
  | {
      /** Shows a repository as it is now, and tells nothing that another event does not tell. */
      result: 'sighting';
      repository: RepositoryFacts;
      installation: InstallationRef;
      reason: string;
    }
  | {
      /** Something happened to a pull request, an issue, a comment, a release, a collaborator: the data of the change, and what makes it the same change. */
      result: 'noun';
      repository: RepositoryFacts;
      installation: InstallationRef;
      actor: Actor | null;
      change: NounData;
      meaning: Meaning;
    }
  | {
      /** Somebody asked for checks of a commit again. */
      result: 'recheck';
      repository: RepositoryFacts;
      installation: InstallationRef;
      /** Without a name all of its checks are meant. `ref` is null where GitHub does not say: a fork. */
      request: { name: string | null; sha: string; ref: string | null };
    }
  /** Somebody revoked what they allowed the App to do in their name (handbook I11). */
  | { result: 'person_left'; user: { github_id: string; login: string } }
  | { result: 'noted'; code: ErrorCode; reason: string }
  | Ignored;

/** Makes the answer for a delivery that changes nothing. */
export function ignored(code: ErrorCode, reason: string): Ignored {
  return { result: 'ignored', code, reason };
}
