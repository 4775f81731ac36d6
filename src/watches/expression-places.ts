import { changeTypes } from '../changes/change.ts';
import type { Shape } from '../core/expression-shapes.ts';
import type { ExpressionPlace } from '../core/expressions.ts';
import { changeContexts, sameContexts, shapesOfTypes } from './context-shapes.ts';
import { triggerNames, triggers, type TriggerName } from './triggers.ts';

const matchContexts = [...changeContexts, 'vars', 'params'];
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
  /** Names of the watch's parameters, of any branch. */
  params?: readonly string[];
  /** Names of the inputs of its `manual` trigger. */
  inputs?: readonly string[];
  /** Ids of the steps before. */
  steps?: readonly string[];
  /** Names of the step's own environment. */
  env?: readonly string[];
}

type Own = NonNullable<Scope['triggers']>;

/** What the changes of some triggers bring; made once for all the places of a watch. */
interface Brought {
  shapes: Readonly<Record<string, Shape>>;
  about: Readonly<Record<string, string>>;
  /** Contexts that no change of theirs fills. */
  absent: ReadonlySet<string>;
}

const anything = bring(changeTypes, '');
const broughtBy = new WeakMap<Own, Brought>();

function bring(types: readonly string[], about: string): Brought {
  const shapes = shapesOfTypes(types);
  const own = Object.keys(shapes).filter((context) => !sameContexts.includes(context));
  return {
    shapes,
    about: Object.fromEntries(own.map((context) => [context, about])),
    absent: new Set(changeContexts.filter((context) => shapes[context] === undefined)),
  };
}

function broughtTo(own: Own): Brought {
  let brought = broughtBy.get(own);
  if (!brought) {
    const types = own.flatMap((trigger) => [...trigger.changeTypes]);
    brought = bring(types, ` in any change of ${own.map((trigger) => trigger.name).join(', ')}`);
    broughtBy.set(own, brought);
  }
  return brought;
}

/** Adds to a place what is known of its contexts there: names that lead nowhere are then found before anything runs. */
export function narrowPlace(place: ExpressionPlace, scope: Scope): ExpressionPlace {
  const { triggers: own, vars, params = [], inputs = [], steps = [], env = [] } = scope;
  const brought = own === undefined ? anything : broughtTo(own);
  const names = (list: readonly string[], unknown: string, shape: Shape = 'value'): Shape => ({
    members: Object.fromEntries(list.map((name) => [name, shape])),
    unknown,
  });
  const shapes: Record<string, Shape> = {
    ...brought.shapes,
    vars: names(vars, 'names no variable of this file'),
    params: names(params, 'names no parameter of this watch'),
    steps: names(steps, 'names no step before this one', { members: { outputs: 'any' } }),
    run: { members: { id: 'value', watch: 'value', replay: 'value' } },
    env: names(env, 'names no value under `env` of this step'),
  };
  if (own !== undefined && shapes['inputs'] !== undefined) shapes['inputs'] = names(inputs, 'names no input of this watch');
  return {
    ...place,
    contexts: place.contexts.filter((context) => !brought.absent.has(context)),
    shapes,
    about: brought.about,
    explainAbsent: (context) => (brought.absent.has(context) ? explainAbsence(context, own ?? []) : undefined),
  };
}

function explainAbsence(context: string, own: Own): string {
  const those = triggerNames.filter((name) => name !== 'all' && shapesOfTypes(triggers[name].allTypes)[context] !== undefined);
  const here = own.map((trigger) => trigger.name).join(', ');
  return `is always empty here, because \`on\` has only ${here}. It comes with ${those.join(', ')}.`;
}
