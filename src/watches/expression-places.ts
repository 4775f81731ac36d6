import type { ExpressionPlace } from '../core/expressions.ts';

const changeContexts = ['change', 'repository', 'ref', 'before', 'after', 'commit', 'commits', 'actor', 'event', 'installation', 'vars'];

/** The `if` of a watch and concurrency keys: decided before there is a run. */
export const matchPlace: ExpressionPlace = { contexts: changeContexts };

/** The `if` of a step. Secrets are for what is sent, not for decisions. */
export const conditionPlace: ExpressionPlace = { contexts: [...changeContexts, 'steps', 'run'], status: true };

/** `env` of a step. */
export const envPlace: ExpressionPlace = { contexts: [...changeContexts, 'steps', 'run', 'secrets'] };

/** `with` of a step. */
export const inputPlace: ExpressionPlace = { contexts: [...changeContexts, 'steps', 'run', 'secrets', 'env'] };
