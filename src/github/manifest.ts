import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { describeError, RepoWatchError } from '../core/errors.ts';
import { grantsOf, isGranted } from './needed-permissions.ts';

/** The path on which RepoWatch takes deliveries. Probot would register its root instead, where nobody listens (handbook I2). */
export const webhookPath = '/api/github/webhooks';

/** What app.yml may say; what GitHub knows beside it goes along. */
const manifestSchema = z.looseObject({
  name: z.string().min(1),
  url: z.string(),
  default_permissions: z.record(z.string(), z.string()),
  default_events: z.array(z.string()),
});

/** A GitHub App manifest (handbook I1). */
export type Manifest = z.output<typeof manifestSchema>;

/** The file app.yml of this installation: one folder up in a checkout, two in a build. Throws `settings_invalid` when it cannot be used. */
export function readManifest(): Manifest {
  const places = ['../../app.yml', '../../../app.yml'];
  let problem = 'it is not there';
  for (const place of places) {
    try {
      return manifestSchema.parse(parse(readFileSync(new URL(place, import.meta.url), 'utf8')));
    } catch (error) {
      if (!(Error.isError(error) && 'code' in error && error.code === 'ENOENT')) {
        problem = describeError(error);
        break;
      }
    }
  }
  throw new RepoWatchError('settings_invalid', `app.yml cannot be used: ${problem}. Restore the file that came with RepoWatch.`);
}

/** What a registration decides itself. */
export interface ManifestChoices {
  /** What the App is called on GitHub, where names are unique. */
  name?: string | undefined;
  /** Where GitHub reaches RepoWatch; without it deliveries are only recorded by GitHub, and read from there. */
  publicUrl?: string | undefined;
  /** Where GitHub sends the browser with the code. */
  redirectUrl: string;
  /** Tiers of needed-permissions.ts beside what app.yml names. */
  tiers?: readonly string[];
}

/** The manifest as it is sent to GitHub: app.yml with the addresses of this server. Pure. */
export function fillManifest(manifest: Manifest, choices: ManifestChoices): Manifest {
  const { name, publicUrl, redirectUrl, tiers = [] } = choices;
  const wanted = grantsOf(tiers);
  const permissions = { ...manifest.default_permissions };
  for (const [key, access] of Object.entries(wanted.permissions)) if (!isGranted(permissions[key], access)) permissions[key] = access;
  const { setup_url: _setup, callback_urls: _callback, ...rest } = manifest;
  const addresses = {
    hook_attributes: { url: `${publicUrl}${webhookPath}`, active: true },
    setup_url: `${publicUrl}/setup`,
    callback_urls: [`${publicUrl}/setup/callback`, `${publicUrl}/auth/callback`],
  };
  // GitHub records only what it tries to send: an address that nobody has, and an active webhook, are what INTAKE=poll needs.
  const unreachable = { hook_attributes: { url: `https://repowatch.invalid${webhookPath}`, active: true } };
  return {
    ...rest,
    ...(publicUrl === undefined ? unreachable : addresses),
    ...(name === undefined ? {} : { name }),
    redirect_url: redirectUrl,
    setup_on_update: true,
    default_permissions: permissions,
    default_events: [...new Set([...manifest.default_events, ...wanted.events])],
  };
}

/** Where the manifest is posted to: the settings of the person, or of an organisation. */
export function manifestAddress(githubUrl: string, options: { organization?: string | undefined; state: string }): string {
  const owner = options.organization === undefined ? '' : `/organizations/${encodeURIComponent(options.organization)}`;
  return `${githubUrl.replace(/\/+$/, '')}${owner}/settings/apps/new?state=${encodeURIComponent(options.state)}`;
}
