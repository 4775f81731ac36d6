import type { Api, RouteContext } from '../api.ts';
import { addProjectActionRoutes } from './project-actions.ts';
import { addProjectInstallationRoutes } from './project-installations.ts';
import { addProjectMemberRoutes } from './project-members.ts';
import { addProjectRunRoutes } from './project-runs.ts';
import { addProjectSecretRoutes } from './project-secrets.ts';
import { addProjectTransferRoutes } from './project-transfer.ts';
import { addProjectRoutes } from './projects.ts';

/** Everything below /projects, and the secrets of actions. */
export function addAllProjectRoutes(api: Api, context: RouteContext): void {
  addProjectRoutes(api, context);
  addProjectActionRoutes(api, context);
  addProjectInstallationRoutes(api, context);
  addProjectMemberRoutes(api, context);
  addProjectRunRoutes(api, context);
  addProjectSecretRoutes(api, context);
  addProjectTransferRoutes(api, context);
}
