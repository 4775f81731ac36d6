import type { Repository } from '../mirror/repository.ts';
import { createClauseLocator } from '../watches/clause-places.ts';
import { compileConfig } from '../watches/compile-config.ts';
import { parseConfig, type Config } from '../watches/parse-config.ts';
import type { Problem } from '../watches/problems.ts';
import { configPath } from './config-path.ts';
import type { Context } from './context.ts';

/** A file that somebody wants to know about before it is pushed. */
export interface TrialFile {
  content: string;
  /** What it is called in messages. */
  path?: string | undefined;
  /** Whose file it would be: then what layers below allow counts, too. */
  repository?: Repository | undefined;
  /** Whether it is an organisation's file; default: when it is meant for the owner's `.github` repository. */
  organization?: boolean | undefined;
}

/** A watch of a file that is fine, in short. */
interface TrialWatch {
  id: string;
  name: string | null;
  line: number;
  column: number;
  mode: 'on' | 'off' | 'dry-run';
  mandatory: boolean;
  on: string[];
  steps: string[];
  secrets: string[];
}

/** What a file is: everything that is wrong with it, or its watches. */
export interface JudgedTrial {
  status: 'ok' | 'invalid';
  /** Errors and warnings in the order of the file. */
  problems: Problem[];
  watches: TrialWatch[];
  config: Config | undefined;
}

/** Reads a file as the default branch's would be read. Asks GitHub for nothing, so what `extends` names is taken as it is. */
export async function judgeTrial(context: Pick<Context, 'actions' | 'configs'>, trial: TrialFile): Promise<JudgedTrial> {
  const { content, path = configPath, repository } = trial;
  const organization = trial.organization ?? repository?.isOrganizationFile ?? false;
  const limits = repository && !organization ? await readLimits(context, repository) : undefined;
  const parsed = parseConfig(content, { kinds: context.actions.list(), path, organization, ...(limits ? { limits } : {}) });
  const errors = parsed.status === 'invalid' ? parsed.problems : [];
  const problems = [...errors, ...parsed.warnings].sort((a, b) => a.line - b.line || a.column - b.column);
  const config = parsed.status === 'ok' ? parsed.config : undefined;
  return { status: parsed.status, problems, watches: config ? listTrialWatches(config, content) : [], config };
}

async function readLimits({ configs }: Pick<Context, 'configs'>, repository: Repository) {
  const { installationId, extendsConfigId, name } = repository;
  return { allowances: await configs.listAllowances({ installationId, baseConfigId: extendsConfigId }), repository: name };
}

function listTrialWatches(config: Config, content: string): TrialWatch[] {
  const locate = createClauseLocator(content);
  return compileConfig(config).watches.map((watch) => ({
    id: watch.id,
    name: watch.name ?? null,
    line: watch.line,
    column: locate(watch.id)?.column ?? 1,
    mode: watch.mode,
    mandatory: watch.mandatory,
    on: watch.triggers.map((trigger) => trigger.name),
    steps: watch.steps.map((step) => step.kind),
    secrets: [...watch.secretNames],
  }));
}
