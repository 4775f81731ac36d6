import { isMapping, valueAt, type ConfigPath } from './problems.ts';
import { watchKeys } from './list-watches.ts';
import { readYaml } from './read-yaml.ts';
import { createYamlDocument, type YamlDocument } from './yaml-document.ts';

/** Line and column in a file, both from 1. */
interface Place {
  line: number;
  column: number;
}

/** Finds a clause of a watch, such as `on.push.branches`, in the text of a version; without a clause the watch itself. */
export type LocateClause = (watch: string, clause?: string | null) => Place | undefined;

/** Reads a version once, for looking up many clauses in it. A clause that is not written out is where it would stand: at what it belongs to. */
export function createClauseLocator(content: string): LocateClause {
  const yaml = readYaml(content);
  const created = yaml.ok ? createYamlDocument(yaml.value) : undefined;
  if (created?.ok !== true) return () => undefined;
  const document = created.value;
  const known = new Map<string, Place | undefined>();
  return (watch, clause) => {
    const key = `${watch} ${clause ?? ''}`;
    if (!known.has(key)) known.set(key, locate(document, watch, clause ?? undefined));
    return known.get(key);
  };
}

function locate(document: YamlDocument, watch: string, clause: string | undefined): Place | undefined {
  const path = clause?.startsWith('reconcile.') === true ? clause.split('.') : findClause(document.value, watch, clause);
  if (!path) return undefined;
  const { line, column } = document.locate({ path, message: '', code: 'config_invalid', atKey: true });
  return { line, column };
}

function findClause(file: unknown, watch: string, clause: string | undefined): ConfigPath | undefined {
  const group = watchKeys.find((key) => {
    const watches = valueAt(file, [key]);
    return isMapping(watches) && Object.hasOwn(watches, watch);
  });
  if (group === undefined) return undefined;
  const [head, ...rest] = clause?.split('.') ?? [];
  if (head === undefined) return [group, watch];
  const path = [group, watch, head];
  const triggers: unknown = valueAt(file, path);
  // Triggers without filters are items of a list.
  if (head !== 'on' || !Array.isArray(triggers) || rest[0] === undefined) return [...path, ...rest];
  const index = triggers.indexOf(rest[0]);
  return index === -1 ? path : [...path, index];
}
