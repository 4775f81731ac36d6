import { changeTypes } from '../changes/change.ts';
import type { Shape } from '../core/expression-shapes.ts';
import type { ExpressionPlace } from '../core/expressions.ts';
import { changeContexts, shapesOfTypes } from './context-shapes.ts';
import { triggerNames, triggers, type TriggerName } from './triggers.ts';

const matchContexts = [...changeContexts, 'vars'];
const stepContexts = [...matchContexts, 'steps', 'run'];

/** The `if` of a watch and concurrency keys: decided before there is a run. */
export const matchPlace: ExpressionPlace = { contexts: matchContexts };

/** The `if` of a step. Secrets are for what is sent, not for decisions. */
export const conditionPlace: ExpressionPlace = { contexts: stepContexts, status: true };

/** `env` of a step. */
export const envPlace: ExpressionPlace = { contexts: [...stepContexts, 'secrets'] };

/** `with` of a step. */
export const inputPlace: ExpressionPlace = { contexts: [...stepContexts, 'secrets', 'env'] };

/** What is known where an expression stands; undefined for what is not known. */
export interface Scope {
  /** The triggers of the watch; undefined where several watches meet. */
  triggers: readonly { name: TriggerName; changeTypes: Iterable<string> }[] | undefined;
  /** Names of the file's variables. */
  vars: readonly string[];
  /** Names of the inputs of its `manual` trigger. */
  inputs?: readonly string[];
  /** Ids of the steps before. */
  steps?: readonly string[];
  /** Names of the step's own environment. */
  env?: readonly string[];
}

/** Adds to a place what is known of its contexts there: names that lead nowhere are then found before anything runs. */
export function narrowPlace(place: ExpressionPlace, scope: Scope): ExpressionPlace {
  const { triggers: own, vars, inputs = [], steps = [], env = [] } = scope;
  const types = own === undefined ? changeTypes : own.flatMap((trigger) => [...trigger.changeTypes]);
  const fromChange = shapesOfTypes(types);
  const names = (list: readonly string[], unknown: string, shape: Shape = 'value'): Shape => ({
    members: Object.fromEntries(list.map((name) => [name, shape])),
    unknown,
  });
  const shapes: Record<string, Shape> = {
    ...fromChange,
    vars: names(vars, 'names no variable of this file'),
    steps: names(steps, 'names no step before this one', { members: { outputs: 'any' } }),
    run: { members: { id: 'value', watch: 'value', replay: 'value' } },
    env: names(env, 'names no value under `env` of this step'),
  };
  if (own !== undefined && fromChange['inputs'] !== undefined) shapes['inputs'] = names(inputs, 'names no input of this watch');
  const absent = Object.fromEntries(
    changeContexts.filter((context) => fromChange[context] === undefined).map((context) => [context, whyAbsent(context, own ?? [])]),
  );
  return {
    ...place,
    contexts: place.contexts.filter((context) => !Object.hasOwn(absent, context)),
    shapes,
    absent,
    about: own === undefined ? '' : ` in any change of ${own.map((trigger) => trigger.name).join(', ')}`,
  };
}

function whyAbsent(context: string, own: NonNullable<Scope['triggers']>): string {
  const those = triggerNames.filter((name) => name !== 'all' && shapesOfTypes(triggers[name].allTypes)[context] !== undefined);
  const here = own.map((trigger) => trigger.name).join(', ');
  return `is always empty here, because \`on\` has only ${here}. It comes with ${those.join(', ')}.`;
}
