import { z } from 'zod';
import { changeTypes } from '../changes/change.ts';
import { findNoun } from '../changes/nouns.ts';
import { refChangeTypes } from '../changes/ref-change.ts';
import { shapeOfJsonSchema, unionShape, type Shape } from '../core/expression-shapes.ts';

type Shapes = Readonly<Record<string, Shape>>;

const mapping = (...names: string[]): Shape => ({ members: Object.fromEntries(names.map((name) => [name, 'value' as const])) });
const person = mapping('id', 'login', 'type');

/** What every change brings. */
const always: Shapes = {
  change: mapping('id', 'type', 'origin', 'happened_at'),
  repository: mapping('id', 'full_name', 'owner', 'name', 'private', 'default_branch', 'html_url'),
  actor: person,
  installation: mapping('id'),
  project: 'any',
  event: 'any',
};

/** Parts of a change's data that are contexts of their own. */
const parts = ['ref', 'before', 'after', 'pull_request', 'issue', 'comment', 'release', 'member'];
const ofRefs = ['before', 'after', 'forced', 'commit_count', 'truncated', 'commits_unknown'];

const byType = new Map<string, Shapes>();

/** The contexts that a change of a type fills, and what is in them. */
function shapesOfType(type: string): Shapes {
  const known = byType.get(type);
  if (known) return known;
  const schema = findNoun(type)?.data;
  const data = schema === undefined ? 'any' : shapeOfJsonSchema(z.toJSONSchema(schema, { unrepresentable: 'any' }));
  const members = typeof data === 'object' && 'members' in data ? data.members : {};
  const shapes: Record<string, Shape> = {};
  for (const part of parts) if (members[part] !== undefined) shapes[part] = members[part];
  if ((refChangeTypes as readonly string[]).includes(type)) {
    // A push has so much of it that `change` only names what is short.
    shapes['change'] = mapping(...ofRefs, 'url');
    shapes['commit'] = members['head_commit'] ?? 'any';
    shapes['commits'] = members['commits'] ?? 'any';
  } else {
    shapes['change'] = data;
    if (type === 'schedule.due') shapes['schedule'] = data;
    if (type === 'manual.requested') shapes['inputs'] = 'any';
  }
  byType.set(type, shapes);
  return shapes;
}

const byTypes = new Map<string, Shapes>();

/** The contexts that changes of these types fill: a property counts when at least one of them can have it. */
export function shapesOfTypes(types: readonly string[]): Shapes {
  const key = [...types].sort().join(' ');
  const known = byTypes.get(key);
  if (known) return known;
  const shapes: Record<string, Shape> = { ...always };
  for (const type of types) {
    for (const [context, shape] of Object.entries(shapesOfType(type))) {
      const other = shapes[context];
      shapes[context] = other === undefined ? shape : unionShape(other, shape);
    }
  }
  shapes['changes'] = { items: shapes['change'] ?? 'any' };
  byTypes.set(key, shapes);
  return shapes;
}

/** Contexts that are the same for every change. */
export const sameContexts: readonly string[] = Object.keys(always).filter((context) => context !== 'change');

/** Every context that some change fills. */
export const changeContexts: readonly string[] = Object.keys(shapesOfTypes(changeTypes));
