import type { Change } from '../changes/change.ts';
import { createHash } from 'node:crypto';
import { RepoWatchError } from '../core/errors.ts';
import { redactPayload } from '../core/redact-payload.ts';
import { unaskedClause, type Consideration } from '../mirror/changes.ts';
import type { Repository } from '../mirror/repository.ts';
import type { RunControl } from '../runs/control-runs.ts';
import type { NewRun } from '../runs/insert-runs.ts';
import { botLoops, ownLoops } from '../runs/break-loops.ts';
import { subjectOf } from '../watches/change-facts.ts';
import type { CompiledWatch } from '../watches/compile-config.ts';
import type { LayeredWatch } from '../watches/layers.ts';
import { concurrencyKey, matchWatch, type MatchSubject } from '../watches/match.ts';
import { isUndecided, type ConfigCache, type LoadedConfig } from './config-cache.ts';
import { configPath } from './config-path.ts';
import type { Context } from './context.ts';
import { needsFiles } from './judge-held-run.ts';

/** Which watches were considered for a change, and the runs of those that said yes. */
export interface Matched {
  considered: Consideration[];
  runs: NewRun[];
}

/** Keys longer than this are kept by their digest, so that an index can hold them. */
const longestLane = 200;

/** What is kept for a change while the configuration cannot be loaded; match-missed.ts asks the watches once it can. */
const unasked: Consideration = {
  watch: configPath,
  matched: false,
  clause: unaskedClause,
  reason: 'the configuration could not be loaded; its watches are asked as soon as it can',
};

/** Asks every watch of a repository about a change; each no keeps its first false clause. Pure but for the cache of compiled files. */
export function matchChange(
  context: Pick<Context, 'githubUrl'> & { configs: Pick<ConfigCache, 'inForce'> },
  subject: { repository: Repository; change: Change; event: Record<string, unknown>; superseded?: boolean },
): Matched {
  if (isUndecided(subject.repository)) return { considered: [unasked], runs: [] };
  const config = context.configs.inForce(subject.repository);
  const matched: Matched = { considered: [], runs: [] };
  if (!config || config.compiled.watches.length === 0) return { considered: [explainNobody(subject.repository, config)], runs: [] };
  const { change, repository } = subject;
  let event: Record<string, unknown> | undefined;
  const matchSubject: MatchSubject = {
    change,
    event: () => (event ??= redactPayload(subject.event)),
    githubUrl: context.githubUrl,
    isSelf: isSelf(change, repository, subject.event),
  };
  const passedOver = explainCatchUp(change, config.compiled.reconcile.catchUp, subject.superseded === true);
  for (const watch of config.compiled.watches) {
    const watchId = config.watchIds.get(watch.id);
    if (watchId === undefined)
      throw new RepoWatchError('internal_error', `The watch ${watch.id} of configuration ${watch.configId} has no row.`);
    const result = matchWatch(watch, matchSubject);
    // One that was switched off above its own layer says so where that stands.
    const version = watch.switchedOffAt?.configId ?? watch.configId;
    if (!result.matched) {
      matched.considered.push({ watch: watch.id, matched: false, clause: result.clause, reason: result.reason, config: version });
    } else if (passedOver !== undefined) {
      matched.considered.push({
        watch: watch.id,
        matched: false,
        clause: 'reconcile.catch_up',
        reason: passedOver,
        config: repository.configId ?? version,
      });
    } else {
      matched.considered.push({ watch: watch.id, matched: true, config: version });
      const loopKey = loopKeyOf(matchSubject);
      const run = describeRun({ watch, watchId, baseConfigId: config.baseConfigId, subject: matchSubject, repository });
      matched.runs.push({ ...run, ...(loopKey === undefined ? {} : { loopKey }), ...controlOf(watch, change) });
    }
  }
  return matched;
}

/** A watch as it is in force, with its row, and the change that it is to work on. */
interface WatchAtWork {
  watch: LayeredWatch;
  watchId: string;
  baseConfigId: string | null;
  subject: MatchSubject;
  repository: Repository;
}

/** The run of a watch on a change, before it has a row. */
export function describeRun({ watch, watchId, baseConfigId, subject, repository }: WatchAtWork): NewRun {
  return {
    changeId: subject.change.id,
    watchId,
    configId: watch.configId,
    baseConfigId: watch.layer === 'file' ? baseConfigId : null,
    repositoryId: repository.id,
    installationId: repository.installationId,
    watchKey: watch.id,
    lane: laneOfRun({ watch, watchId, subject, repository }),
    strict: watch.order === 'strict',
    dryRun: watch.mode === 'dry-run',
    replayOf: null,
  };
}

/** What is kept for a change when there is no watch to be asked. */
function explainNobody({ configStatus, defaultBranch }: Repository, config: LoadedConfig | undefined): Consideration {
  const no = (clause: string, reason: string): Consideration => ({ watch: configPath, matched: false, clause, reason });
  if (config) return no('watches', 'the configuration in force has no watches');
  const branch = defaultBranch ?? 'the default branch';
  if (configStatus === 'invalid') return no('config.invalid', `the file on ${branch} has errors, and no earlier version is in force`);
  return no('config.absent', `there is no ${configPath} on ${branch}, where it would count, and no file of a layer below`);
}

/** What the run does beside waiting its turn; nothing for most watches. */
function controlOf(watch: CompiledWatch, change: Change): { control?: RunControl } {
  const { onBusy, settleMs, batchMs } = watch;
  const hold = needsFiles(watch, change);
  if (onBusy === 'queue' && settleMs === 0 && batchMs === 0 && !hold) return {};
  return { control: { onBusy, settleMs, batchMs, hold } };
}

/** Why a change that comparing found is recorded only (handbook D13); undefined when watches run on it. What a delivery told of is never meant. */
function explainCatchUp(change: Change, catchUp: 'all' | 'latest' | 'none', superseded: boolean): string | undefined {
  if (change.origin !== 'reconcile' || catchUp === 'all') return undefined;
  if (catchUp === 'none') return 'changes that are found late are not caught up on';
  return superseded ? 'a newer change of the same ref was found with it, and only the latest one is caught up on' : undefined;
}

/**
 * RepoWatch's own writes come back as events by the App's bot (handbook C14). No person can have its login: GitHub allows no brackets
 * in one. What the App wrote in a person's name comes back by that person, and says through which App it was written (G7).
 */
function isSelf(change: Change, { appSlug }: Repository, event: Record<string, unknown>): boolean {
  if (appSlug === null) return false;
  const own = appSlug.toLowerCase();
  if (change.actor?.login.toLowerCase() === `${own}[bot]`) return true;
  const [, verb = ''] = change.type.split('.');
  if (verb !== 'opened' && verb !== 'created') return false;
  return writtenThrough(event).some((slug) => slug.toLowerCase() === own);
}

/** The Apps through which what is new in a payload was written. */
function writtenThrough(event: Record<string, unknown>): string[] {
  const subject = event['comment'] ?? event['issue'];
  const app = (subject as { performed_via_github_app?: { slug?: unknown } | null } | null | undefined)?.performed_via_github_app;
  return typeof app?.slug === 'string' ? [app.slug] : [];
}

/**
 * What a change is about when a machine made it, for the breaker of loops: our own writes, and those of other bots, which may
 * answer ours. Undefined for a person's: however many they are, they are no loop.
 */
function loopKeyOf({ change, isSelf: self }: MatchSubject): string | undefined {
  if (!self && change.actor?.type !== 'Bot') return undefined;
  const about = subjectOf(change) ?? '';
  const short = about.length <= longestLane ? about : createHash('sha256').update(about).digest('base64url');
  return `${self ? ownLoops : botLoops}${short}`;
}

/** The concurrency key within the installation; a watch without order has a lane for each of its runs, unless they have to meet. */
function laneOfRun(facts: { watch: CompiledWatch; watchId: string; subject: MatchSubject; repository: Repository }): string {
  const { watch, watchId, subject, repository } = facts;
  const prefix = `i${repository.installationId}:`;
  const meet = watch.onBusy !== 'queue' || watch.settleMs > 0 || watch.batchMs > 0;
  if (watch.order === 'none' && !meet) return `${prefix}c${subject.change.id}:w${watchId}`;
  const key = concurrencyKey(watch, subject);
  // A key that cannot be evaluated must not lose the run: it gets the default one, and its steps will show the same error.
  const text = key.ok ? key.value : `w${watchId}`;
  return prefix + (text.length <= longestLane ? text : createHash('sha256').update(text).digest('base64url'));
}
