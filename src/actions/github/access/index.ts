import { z } from 'zod';
import type { ActionKind } from '../../action.ts';
import { repositoryField } from '../../github-input.ts';
import { runOnGitHub } from '../../github-step.ts';
import { accessShape, changeAccess, permissionsFor } from './change-access.ts';

/** `with:` of a step that changes who has access. */
export const accessInput = z.strictObject({ repository: repositoryField, ...accessShape });

/** Gives or takes access to a repository; only where the operator lets files decide that. */
export const kind: ActionKind<typeof accessInput> = {
  name: 'github/access',
  title: 'Change who has access',
  schema: accessInput,
  secretFields: [],
  permissions: { administration: 'write' },
  defaultTimeoutMs: 60_000,
  async run(context, tools) {
    // A file is changed by everybody who can push; whoever asks by the API was asked for the right to manage.
    if (!tools.allowsAccess && context.forPerson !== true) {
      const message = 'Steps may not change who has access to a repository: the operator can allow it with ALLOW_ACCESS_ACTION=true.';
      return { result: 'failed', code: 'access_switched_off', message, retryable: false, record: {} };
    }
    return await runOnGitHub(context, tools, {
      permissions: permissionsFor(context.input),
      work: ({ repository }, wish) => changeAccess(repository, wish, repository.ownerType),
    });
  },
};
