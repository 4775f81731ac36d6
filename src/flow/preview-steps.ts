import { evaluateTemplate, listExpressions } from '../core/expressions-template.ts';
import type { CompiledExpression } from '../core/expressions.ts';
import type { ExpressionScope } from '../core/expressions-evaluator.ts';
import type { CompiledStep, CompiledWatch } from '../watches/compile-config.ts';
import type { StepKind } from '../watches/config-schema.ts';
import { buildContexts } from '../watches/contexts.ts';
import { judgeStep, type MatchSubject } from '../watches/match.ts';
import { valueAt } from '../watches/problems.ts';
import { readInput } from '../watches/read-input.ts';
import { namesInScript } from './script-secrets.ts';

/** What one step of a watch would do, with its inputs filled in. Secrets stand as `${{ secrets.NAME }}`. */
export interface StepPreview {
  position: number;
  id: string | null;
  name: string | null;
  uses: string;
  /** `depends`: on what earlier steps answer, or on whether they fail. */
  would: 'run' | 'skip' | 'depends';
  reason: string | null;
  with: unknown;
  env: Record<string, string>;
  secrets: string[];
  /** Why the inputs cannot be filled in, or would be refused; null when they are fine as far as is known. */
  problem: string | null;
}

/** Fills in the steps of a watch for a change, when everything goes well and no step has answered anything yet. Sends nothing, reads no secret. Pure. */
export function previewSteps(watch: CompiledWatch, subject: MatchSubject, kinds: readonly StepKind[]): StepPreview[] {
  const contexts = buildContexts({ ...subject, vars: watch.vars, parameters: watch.parameters });
  return watch.steps.map((step, position) => {
    const secrets = [...new Set([...step.secretNames, ...namesInScript(step)])].sort();
    const stand = Object.fromEntries(secrets.map((name) => [name, `\${{ secrets.${name} }}`]));
    const scope = (env: Record<string, string>): ExpressionScope => ({
      contexts: { ...contexts, run: { id: '0', watch: watch.id, replay: false }, steps: {}, secrets: stand, env },
      failed: false,
    });
    return {
      position,
      id: step.id ?? null,
      name: step.name ?? null,
      uses: step.kind,
      ...judge(step, scope({})),
      ...fill(step, scope, kinds),
      secrets,
    };
  });
}

function looksAtSteps(expressions: readonly CompiledExpression[]): boolean {
  return expressions.some(({ references }) => references.some(({ context }) => context === 'steps'));
}

function judge(step: CompiledStep, scope: ExpressionScope): Pick<StepPreview, 'would' | 'reason'> {
  if (!step.if) return { would: 'run', reason: null };
  const source = `\`${step.if.source.trim()}\``;
  if (looksAtSteps([step.if])) return { would: 'depends', reason: `${source} looks at what earlier steps answer` };
  const judged = judgeStep(step, scope);
  if (!judged.ok) return { would: 'skip', reason: judged.message };
  if (judged.value) return { would: 'run', reason: null };
  return step.if.usesStatus
    ? { would: 'depends', reason: `${source} is false as long as everything goes well` }
    : { would: 'skip', reason: `${source} is false` };
}

function fill(
  step: CompiledStep,
  scope: (env: Record<string, string>) => ExpressionScope,
  kinds: readonly StepKind[],
): Pick<StepPreview, 'with' | 'env' | 'problem'> {
  const env: Record<string, string> = {};
  for (const [name, template] of Object.entries(step.env)) {
    const value = evaluateTemplate(template, scope({}));
    if (!value.ok) return { with: null, env, problem: `\`env.${name}\`: ${value.message}` };
    env[name] = typeof value.value === 'string' ? value.value : JSON.stringify(value.value);
  }
  const input = evaluateTemplate(step.with, scope(env));
  if (!input.ok) return { with: null, env, problem: `\`with\`: ${input.message}` };
  return { with: input.value, env, problem: judgeInput(step, input.value, kinds) };
}

/** What the kind says of the inputs; what hangs on a secret or an earlier step is not known yet. */
function judgeInput(step: CompiledStep, input: unknown, kinds: readonly StepKind[]): string | null {
  if (looksAtSteps(listExpressions(step.with))) return null;
  const kind = kinds.find(({ name }) => name === step.kind);
  const read = kind && readInput(kind, input);
  if (!read || read.ok) return null;
  const known = read.findings.find(({ path }) => !JSON.stringify(valueAt(input, path.slice(1)) ?? null).includes('${{ secrets.'));
  return known?.message ?? null;
}
