import type { Change } from '../changes/change.ts';
import { evaluateTemplate } from '../core/expressions-template.ts';
import type { ExpressionScope } from '../core/expressions-evaluator.ts';
import { evaluateCondition } from '../core/expressions.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { CompiledStep, CompiledWatch } from './compile-config.ts';
import { subjectOf } from './change-facts.ts';
import { buildContexts, type ContextSources, type RunContexts } from './contexts.ts';
import { refuseByProject } from './project-gate.ts';
import type { CompiledTrigger } from './triggers.ts';

/** A change as watches look at it. */
export interface MatchSubject extends Omit<ContextSources, 'vars' | 'parameters'> {
  change: Change;
  /** True when RepoWatch itself made the change. */
  isSelf: boolean;
}

/** Yes, or the first thing that said no: which key of the watch, and why in words. */
export type MatchResult = { matched: true } | { matched: false; clause: string; reason: string };

/** Judges whether a watch runs on a change. Pure; a condition that cannot be evaluated is a no with its reason. */
export function matchWatch(watch: CompiledWatch, subject: MatchSubject): MatchResult {
  const held = watch.project && refuseByProject(watch.project, subject.change);
  if (held) return { matched: false, ...held };
  if (watch.mode === 'off') return no('mode', 'the watch is switched off');
  const triggered = matchTriggers(watch.triggers, subject.change);
  if (!triggered.matched) return triggered;
  if (subject.isSelf && !watch.includeSelf) return no('include_self', 'RepoWatch made this change itself');
  if (!watch.if) return { matched: true };
  const condition = evaluateCondition(watch.if, { contexts: contextsOf(watch, subject) });
  if (!condition.ok) return no('if', condition.message);
  return condition.value ? { matched: true } : no('if', `\`${watch.if.source.trim()}\` is false`);
}

/** The key whose runs go one after the other: what `concurrency` says, or watch, repository and what the change is about. Only unique within an installation. */
export function concurrencyKey(watch: CompiledWatch, subject: MatchSubject): Outcome<string, 'expression_failed'> {
  const { change } = subject;
  if (!watch.concurrency) return ok(JSON.stringify([watch.id, change.repository.id, subjectOf(change)]));
  const outcome = evaluateTemplate(watch.concurrency, { contexts: contextsOf(watch, subject) });
  if (!outcome.ok) return outcome;
  const key = typeof outcome.value === 'string' ? outcome.value : JSON.stringify(outcome.value);
  if (key.length <= longestKey) return ok(key);
  return failed(
    'expression_failed',
    `The concurrency key of \`${watch.id}\` has ${key.length} characters; at most ${longestKey} are allowed.`,
  );
}

/** Judges a step's `if`: without success(), failure() or always() in it, a step only runs while nothing has failed. */
export function judgeStep(step: CompiledStep, scope: ExpressionScope): Outcome<boolean, 'expression_failed'> {
  if (scope.failed && !step.if?.usesStatus) return ok(false);
  return step.if ? evaluateCondition(step.if, scope) : ok(true);
}

const longestKey = 1000;

/** All watches of a file look at a change in the same way; what was built for the one before serves the next. */
const builtFor = new WeakMap<MatchSubject, Pick<CompiledWatch, 'vars' | 'parameters'> & { contexts: RunContexts }>();

function contextsOf({ vars, parameters, project }: CompiledWatch, subject: MatchSubject): RunContexts {
  if (project) return buildContexts({ ...subject, vars, parameters, project: project.facts });
  const known = builtFor.get(subject);
  if (known?.vars === vars && (known.parameters === parameters || known.parameters.length + parameters.length === 0)) return known.contexts;
  const contexts = buildContexts({ ...subject, vars, parameters });
  builtFor.set(subject, { vars, parameters, contexts });
  return contexts;
}

function no(clause: string, reason: string): { matched: false; clause: string; reason: string } {
  return { matched: false, clause, reason };
}

/** One trigger that passes is enough; otherwise the first one that is about this type of change tells why not. */
function matchTriggers(triggers: readonly CompiledTrigger[], change: Change): MatchResult {
  let first: MatchResult | undefined;
  for (const trigger of triggers) {
    if (!trigger.changeTypes.has(change.type)) continue;
    const refused = matchTrigger(trigger, change);
    if (!refused) return { matched: true };
    first ??= refused;
  }
  return first ?? explainType(triggers, change);
}

function matchTrigger(trigger: CompiledTrigger, change: Change): MatchResult | undefined {
  for (const { key, refuse } of trigger.clauses) {
    const reason = refuse(change);
    if (reason !== undefined) return no(`on.${trigger.name}.${key}`, reason);
  }
  return undefined;
}

function explainType(triggers: readonly CompiledTrigger[], change: Change): MatchResult {
  const near = triggers.find((trigger) => trigger.allTypes.includes(change.type));
  if (near) return no(`on.${near.name}.types`, `\`${change.type}\` is none of ${[...near.changeTypes].join(', ')}`);
  return no(
    'on',
    `\`${change.type}\` is not what ${triggers.map((trigger) => trigger.name).join(', ')} ${triggers.length === 1 ? 'is' : 'are'} about`,
  );
}
