import { configChangeTypes } from './config-change.ts';
import { recoveryChangeTypes } from './recovery-change.ts';
import { runChangeTypes } from './run-change.ts';

/** The type words of what happens to RepoWatch itself; the trigger `repowatch` picks them. */
export const operationChangeTypes = [...configChangeTypes, ...runChangeTypes, ...recoveryChangeTypes] as const;
export type OperationChangeType = (typeof operationChangeTypes)[number];
