import { didYouMean } from '../core/suggest.ts';
import type { StepKind } from './config-schema.ts';
import { formatPath, isMapping, valueAt, type ConfigPath, type Finding } from './problems.ts';
import { listOf } from './schema-parts.ts';

/** Checks what only an organisation's file can say. Takes any value, valid or not. */
export function checkLayers(file: unknown, kinds: readonly StepKind[]): Finding[] {
  return [...checkMandatory(file), ...checkAllowedActions(file, kinds)];
}

function checkMandatory(file: unknown): Finding[] {
  const mandatory = valueAt(file, ['mandatory']);
  const watches = valueAt(file, ['watches']);
  const ids = isMapping(watches) ? Object.keys(watches) : [];
  if (Array.isArray(mandatory)) {
    return mandatory.flatMap((id: unknown, index) =>
      typeof id !== 'string' || ids.includes(id)
        ? []
        : [problem(['mandatory', index], `is \`${id.slice(0, 50)}\`, which is no watch of this file.${didYouMean(id, ids)}`)],
    );
  }
  if (!isMapping(mandatory)) return [];
  return Object.keys(mandatory)
    .filter((id) => ids.includes(id))
    .map((id) => problem(['mandatory', id], 'is also under `watches`. Keep one of them.', true));
}

function checkAllowedActions(file: unknown, kinds: readonly StepKind[]): Finding[] {
  const actions = valueAt(file, ['allow', 'actions']);
  const names = kinds.map((kind) => kind.name);
  return listOf(actions).flatMap((name, index) => {
    if (typeof name !== 'string' || names.includes(name)) return [];
    const path: ConfigPath = ['allow', 'actions', ...(Array.isArray(actions) ? [index] : [])];
    const message = `is \`${name.slice(0, 50)}\`, which is no kind of action.${didYouMean(name, names)} Known here: ${names.join(', ')}.`;
    return [{ ...problem(path, message), code: 'action_unknown' as const }];
  });
}

function problem(path: ConfigPath, text: string, atKey = false): Finding {
  return { path, atKey, message: `\`${formatPath(path)}\` ${text}`, code: 'config_value_invalid' };
}
