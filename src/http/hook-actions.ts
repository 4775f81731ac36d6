import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Outcome } from '../core/outcome.ts';
import type { HookPlace, HookWords } from '../flow/hooks.ts';
import type { DefaultHook } from '../watches/default-hooks.ts';
import type { Hook } from '../watches/hooks.ts';

/** Hooks by API, as the older systems had them. Repositories are named by their ids on GitHub. */
export interface HookActions {
  /** In the order of their ids; undefined for a repository that nobody knows. */
  list(githubId: string): Promise<Hook[] | undefined>;
  /** `already_exists`, `changed_meanwhile`, `managed_by_file`, `destination_not_allowed`, `request_invalid` with the valid events. */
  put(
    wish: HookPlace & { words: HookWords & { url: string }; onlyNew: boolean },
  ): Promise<Outcome<{ created: boolean; hook: Hook }, ErrorCode>>;
  patch(wish: HookPlace & { words: HookWords }): Promise<Outcome<{ created: boolean; hook: Hook }, ErrorCode>>;
  /** Answers those that are left. */
  delete(wish: HookPlace): Promise<Outcome<Hook[], ErrorCode>>;
  /** Takes over the hooks of another repository of the same installation; answers all that there are then. */
  copy(wish: { githubId: string; fromGithubId: string }): Promise<Outcome<Hook[], ErrorCode>>;
  /** A hook that new repositories of an installation get, by our id of it. */
  putDefault(wish: {
    installationId: string;
    hookId: string;
    words: HookWords;
    onlyNew: boolean;
  }): Promise<Outcome<{ created: boolean; hook: DefaultHook }, ErrorCode>>;
  /** Answers those that are left. */
  deleteDefault(wish: { installationId: string; hookId: string }): Promise<Outcome<DefaultHook[], ErrorCode>>;
}
