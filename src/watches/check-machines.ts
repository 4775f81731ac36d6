import type { ErrorCode } from '../core/error-catalogue.ts';
import { didYouMean } from '../core/suggest.ts';
import type { StepKind } from './config-schema.ts';
import { listSteps, listWatches } from './list-watches.ts';
import { machineEnd } from './machine-schema.ts';
import { formatPath, isMapping, valueAt, type ConfigPath, type Finding } from './problems.ts';

/** Checks that every state machine hangs together, and that steps name machines that exist. Takes any value, valid or not. */
export function checkMachines(file: unknown, kinds: readonly StepKind[]): Finding[] {
  const machines = valueAt(file, ['machines']);
  const entries = isMapping(machines) ? Object.entries(machines) : [];
  return [
    ...entries.flatMap(([name, machine]) => checkMachine(machine, ['machines', name])),
    ...checkUses(
      file,
      entries.map(([name]) => name),
      kinds,
    ),
  ];
}

/** A machine as far as it is well-formed. */
interface Machine {
  path: ConfigPath;
  initial: string;
  aliases: string[];
  /** The states in their order, as far as it is said. */
  order: string[];
  /** State, event, target. */
  transitions: [state: string, event: string, target: string][];
  states: string[];
}

function checkMachine(value: unknown, path: ConfigPath): Finding[] {
  const machine = readMachine(value, path);
  if (!machine) return [];
  const names = [...checkTargets(machine), ...checkAliases(machine), ...checkConflicts(machine)];
  // What cannot be reached says little while a name is wrong.
  return names.length > 0 ? names : checkWays(machine);
}

/** Undefined when a part is missing or of the wrong kind, which the schema says. */
function readMachine(value: unknown, path: ConfigPath): Machine | undefined {
  const [initial, aliases, transitions] = ['initial', 'aliases', 'transitions'].map((key) => valueAt(value, [key]));
  if (typeof initial !== 'string' || !isMapping(aliases) || !isMapping(transitions)) return undefined;
  const list: Machine['transitions'] = [];
  for (const [state, events] of Object.entries(transitions)) {
    if (!isMapping(events)) return undefined;
    for (const [event, target] of Object.entries(events)) {
      if (typeof target !== 'string') return undefined;
      list.push([state, event, target]);
    }
  }
  const states = [...new Set([...Object.keys(transitions), ...Object.keys(aliases)])];
  const order = valueAt(value, ['path']);
  const words = Array.isArray(order) ? order.filter((word) => typeof word === 'string') : [];
  return { path, initial, order: words, aliases: Object.keys(aliases), transitions: list, states };
}

function checkTargets({ path, initial, order, transitions, states }: Machine): Finding[] {
  const used: [ConfigPath, string][] = [
    [[...path, 'initial'], initial],
    ...order.map((state, index): [ConfigPath, string] => [[...path, 'path', index], state]),
    ...transitions.map(([state, event, target]): [ConfigPath, string] => [[...path, 'transitions', state, event], target]),
  ];
  const allowed = (at: ConfigPath) => (at[path.length] === 'transitions' ? [...states, machineEnd] : states);
  return used.flatMap(([at, target]) => {
    const known = allowed(at);
    if (known.includes(target)) return [];
    return finding(
      at,
      'machine_target_unknown',
      `is \`${target.slice(0, 50)}\`, which is no state of this machine.${didYouMean(target, known)} Known here: ${known.join(', ')}.`,
    );
  });
}

function checkAliases({ path, aliases, transitions }: Machine): Finding[] {
  const states = [...new Set(transitions.map(([state]) => state))];
  return states
    .filter((state) => !aliases.includes(state))
    .flatMap((state) => {
      const message = `has no alias.${didYouMean(state, aliases)} Add \`${state}: …\` under \`${formatPath([...path, 'aliases'])}\`.`;
      return finding([...path, 'transitions', state], 'machine_alias_missing', message, { atKey: true });
    });
}

/** The same key twice is found when the file is read; what is left is another spelling of it. */
function checkConflicts({ path, transitions }: Machine): Finding[] {
  const seen = new Map<string, string>();
  return transitions.flatMap(([state, event]) => {
    const key = `${state} ${event}`.toLowerCase();
    const first = seen.get(key);
    seen.set(key, first ?? formatPath([state, event]));
    if (first === undefined) return [];
    return finding([...path, 'transitions', state, event], 'machine_conflict', `says again what \`${first}\` does. Keep one of them.`, {
      atKey: true,
    });
  });
}

function checkWays({ path, initial, order, transitions, states }: Machine): Finding[] {
  // What lies on the path is passed through, whether an event leads there or not.
  const reached = new Set([initial, ...order]);
  // A set hands out what is added to it meanwhile.
  for (const state of reached) for (const [from, , target] of transitions) if (from === state) reached.add(target);
  const lost = states
    .filter((state) => !reached.has(state))
    .flatMap((state) => {
      const key = transitions.some(([from]) => from === state) ? 'transitions' : 'aliases';
      return finding(
        [...path, key, state],
        'machine_unreachable',
        'can never be reached from `initial`. Add a transition that leads to it, or remove it.',
        { atKey: true },
      );
    });
  if (lost.length > 0 || reached.has(machineEnd)) return lost;
  return finding(path, 'machine_no_end', `has no end. Let the last transition lead to \`${machineEnd}\`.`, { atKey: true });
}

function checkUses(file: unknown, machines: string[], kinds: readonly StepKind[]): Finding[] {
  return listWatches(file)
    .flatMap(listSteps)
    .flatMap(({ path, step }) => {
      const fields = kinds.find((kind) => kind.name === step['uses'])?.machineFields ?? [];
      return fields.flatMap((field) => {
        const name = valueAt(step, ['with', field]);
        if (typeof name !== 'string' || name.includes('${{') || machines.includes(name)) return [];
        const known = machines.length > 0 ? ` Known here: ${machines.join(', ')}.` : ' Declare it under `machines`.';
        return finding(
          [...path, 'with', field],
          'machine_unknown',
          `is \`${name.slice(0, 50)}\`, which is no machine of this file.${didYouMean(name, machines)}${known}`,
        );
      });
    });
}

// oxlint-disable-next-line max-params -- one call for every message of this file
function finding(path: ConfigPath, code: ErrorCode, text: string, more: { atKey?: boolean } = {}): Finding[] {
  return [{ path, code, message: `\`${formatPath(path)}\` ${text}`, ...more }];
}
