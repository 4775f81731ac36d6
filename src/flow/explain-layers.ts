import { createHash } from 'node:crypto';
import type { ConfigStatus } from '../core/statuses.ts';
import { findRepositories, type Repository } from '../mirror/repository.ts';
import { listConfigOrigins, type ConfigOrigin } from '../watches/config-origins.ts';
import type { LayerName, Refusal } from '../watches/layers.ts';
import type { ManualInputs } from '../watches/manual-inputs.ts';
import { didYouMean } from '../core/suggest.ts';
import { configPath } from './config-path.ts';
import type { Context } from './context.ts';

/** One layer below or at a repository, and how it stands. */
export interface ExplainedLayer {
  layer: LayerName;
  /** Where it lies; null for the operator's file. */
  repository: string | null;
  path: string;
  /** `not_accessible`: the App sees no such repository, which GitHub does not tell apart from one that is not there. */
  status: ConfigStatus | 'not_accessible';
  problems: unknown[];
}

/** A watch that counts for a repository, whichever layer it comes from. */
export interface ExplainedWatch {
  id: string;
  key: string;
  name: string;
  layer: LayerName;
  managed_by: string;
  mode: 'on' | 'off' | 'dry-run';
  mandatory: boolean;
  /** `path:line`, with the repository in front when it is another one. */
  origin: string;
  repository: string | null;
  path: string;
  line: number;
  /** Where a higher layer switched it off; null while it is on. */
  switched_off_at: string | null;
  /** Changes whenever what the watch says does, and with nothing else. */
  revision: string;
  /** The keys of its `on`. */
  triggers: string[];
  /** What can be given when it is started by hand; null for a watch that is not. */
  inputs: ManualInputs | null;
  /** The action kinds of its steps. */
  steps: string[];
}

/** Says what is in force for a repository: its layers, and every watch with the place where it is written. Undefined for an unknown repository. */
export async function explainLayers(
  context: Context,
  githubId: string,
): Promise<{ layers: ExplainedLayer[]; watches: ExplainedWatch[]; notes: { line: number; message: string }[] } | undefined> {
  const repository = (await findRepositories(context.db, context.host, [githubId])).get(githubId);
  if (!repository) return undefined;
  await context.configs.prepare([repository]);
  const loaded = context.configs.inForce(repository);
  const watches = loaded?.compiled.watches ?? [];
  const ids = [...watches.flatMap((watch) => [watch.configId, watch.switchedOffAt?.configId]), ...context.configs.layersOf(repository)];
  const origins = await listConfigOrigins(
    context.db,
    ids.filter((id) => id !== undefined),
  );
  const where = (configId: string, line: number): string => describeOrigin(origins.get(configId), repository, line);
  return {
    layers: await listLayers(context, repository, origins),
    watches: watches.map((watch) => ({
      id: loaded!.watchIds.get(watch.id)!,
      key: watch.id,
      name: watch.name ?? watch.id,
      layer: watch.layer,
      managed_by: origins.get(watch.configId)?.managedBy ?? 'file',
      mode: watch.mode,
      mandatory: watch.mandatory,
      origin: where(watch.configId, watch.line),
      repository: origins.get(watch.configId)?.repository ?? null,
      path: origins.get(watch.configId)?.path ?? '',
      line: watch.line,
      switched_off_at: watch.switchedOffAt ? where(watch.switchedOffAt.configId, watch.switchedOffAt.line) : null,
      revision: digestOf(watch),
      triggers: watch.triggers.map((trigger) => trigger.name),
      inputs: watch.triggers.find((trigger) => trigger.name === 'manual')?.inputs ?? null,
      steps: watch.steps.map((step) => step.kind),
    })),
    notes: (loaded?.refusals ?? [])
      .filter(({ layer }) => layer === (repository.isOrganizationFile ? 'organization' : 'file'))
      .map((refusal) => ({
        line: refusal.line,
        message: explainRefusal(
          refusal,
          watches.map((watch) => watch.id),
        ),
      })),
  };
}

/** Where a watch is written is no part of what it says. */
function digestOf(watch: object): string {
  const text = JSON.stringify(watch, (name, value: unknown) => {
    if (name === 'line' || name === 'configId') return undefined;
    return value instanceof RegExp ? String(value) : value;
  });
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

function explainRefusal({ watch, mandatoryIn }: Refusal, known: string[]): string {
  if (mandatoryIn === undefined)
    return `\`${watch}\` switches off nothing, because no layer below has a watch of that name.${didYouMean(watch, known)} Remove it, or correct the name.`;
  return `\`${watch}\` is mandatory in the ${mandatoryIn === 'server' ? "operator's" : "organisation's"} file and stays as it is there. Remove it here.`;
}

/** The place where something is written: `path:line`, with the repository in front when it is another one. */
export function describeOrigin(origin: ConfigOrigin | undefined, repository: Repository, line: number): string {
  if (!origin) return '';
  const elsewhere = origin.repository !== null && origin.repository !== repository.fullName;
  return `${elsewhere ? `${origin.repository}:` : ''}${origin.path}:${line}`;
}

async function listLayers(context: Context, repository: Repository, origins: ReadonlyMap<string, ConfigOrigin>): Promise<ExplainedLayer[]> {
  const [server, organization, extended] = context.configs.layersOf(repository);
  const layers: ExplainedLayer[] = [];
  if (server !== undefined)
    layers.push({ layer: 'server', repository: null, path: origins.get(server)?.path ?? '', status: 'ok', problems: [] });
  const state = await context.configs.readOrganizationState(repository.installationId);
  if (!repository.isOrganizationFile) {
    layers.push({
      layer: 'organization',
      repository: state?.fullName ?? `${repository.owner}/.github`,
      path: (organization === undefined ? undefined : origins.get(organization)?.path) ?? configPath,
      status: state?.status ?? 'not_accessible',
      problems: state?.problems ?? [],
    });
  }
  if (extended !== undefined) {
    const origin = origins.get(extended);
    layers.push({ layer: 'extends', repository: origin?.repository ?? null, path: origin?.path ?? configPath, status: 'ok', problems: [] });
  }
  const own = repository.isOrganizationFile ? 'organization' : 'file';
  layers.push({ layer: own, repository: repository.fullName, path: configPath, status: repository.configStatus, problems: [] });
  return layers;
}
