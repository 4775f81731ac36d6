import { z } from 'zod';
import { configSchema, organizationSchema, type StepKind } from './config-schema.ts';
import { stepSchema, watchObject } from './watch-schema.ts';

/** A JSON Schema as plain JSON. */
export type JsonSchema = Record<string, unknown>;

/** Draft 7 is what editors and checkers understand without being asked. */
const target = 'draft-7' as const;

/**
 * The schema of `.github/repowatch.yml` for editors, or that of the organisation's file: what can be said about a file without
 * evaluating it. Expressions, names that depend on each other and patterns are only checked by `repowatch validate`.
 */
export function createJsonSchema(options: { kinds: readonly StepKind[]; organization?: boolean }): JsonSchema {
  const { kinds, organization = false } = options;
  const schema = z.toJSONSchema(organization ? organizationSchema : configSchema, {
    target,
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const json = jsonSchema as JsonSchema;
      // `x-` keys are the user's own wherever the language has a closed set of keys.
      if (json['additionalProperties'] === false) json['patternProperties'] = { '^x-': {} };
      if (zodSchema === stepSchema) Object.assign(json, describeSteps(json, kinds));
      // The schema of a watch stands here after its refinements, as a copy with the same shape.
      if (isShapeOf(zodSchema, watchObject)) Object.assign(json, requireRule());
    },
  }) as JsonSchema;
  return {
    ...schema,
    title: organization ? 'RepoWatch, the file of an organisation' : 'RepoWatch',
    description: `What RepoWatch does when something changes in ${organization ? 'the repositories of an owner' : 'a repository'}: \`.github/repowatch.yml\`.`,
  };
}

function isShapeOf(schema: unknown, object: z.ZodObject): boolean {
  return schema instanceof z.ZodObject && schema.shape['steps'] === object.shape['steps'] && schema.shape['on'] === object.shape['on'];
}

/** A watch needs `on` and `steps`, unless all it does is switch an inherited one off. */
function requireRule(): JsonSchema {
  return {
    if: { properties: { mode: { const: 'off' } }, required: ['mode'] },
    // oxlint-disable-next-line unicorn/no-thenable -- a word of JSON Schema
    then: { dependencies: { on: ['steps'], steps: ['on'] } },
    else: { required: ['on', 'steps'] },
  };
}

/** The inputs of a step depend on its kind. */
function describeSteps(json: JsonSchema, kinds: readonly StepKind[]): JsonSchema {
  const properties = json['properties'] as Record<string, JsonSchema>;
  const titles = kinds.map((kind) => `${kind.name}${kind.title === undefined ? '' : ` (${kind.title})`}`).join(', ');
  return {
    properties: {
      ...properties,
      uses: { ...properties['uses'], enum: kinds.map((kind) => kind.name), description: `The kind of action: ${titles}.` },
    },
    allOf: kinds.map((kind) => ({
      if: { properties: { uses: { const: kind.name } }, required: ['uses'] },
      // oxlint-disable-next-line unicorn/no-thenable -- a word of JSON Schema
      then: requireInputs(describeInputs(kind)),
    })),
  };
}

function requireInputs(inputs: JsonSchema): JsonSchema {
  const required = inputs['required'];
  return { properties: { with: inputs }, ...(Array.isArray(required) && required.length > 0 ? { required: ['with'] } : {}) };
}

/** The inputs of a kind as they are written: wherever `${{ }}` is evaluated, it can stand for any value. Credentials are `writeOnly`. */
export function describeInputs(kind: StepKind): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(kind.schema, { target, io: 'input', unrepresentable: 'any' }) as JsonSchema;
  const properties = (schema['properties'] ?? {}) as Record<string, JsonSchema>;
  const literal = new Set(kind.literalFields);
  const written = Object.entries(properties).map(([name, value]) => [
    name,
    { ...(literal.has(name) ? value : orExpression(value)), ...(kind.secretFields.includes(name) && { writeOnly: true }) },
  ]);
  return { ...schema, ...(schema['properties'] === undefined ? {} : { properties: Object.fromEntries(written) }) };
}

const expression: JsonSchema = { type: 'string', pattern: String.raw`\$\{\{` };

function orExpression(schema: JsonSchema): JsonSchema {
  const { description, examples, default: preset, ...rest } = schema;
  const inner = orExpressionInside(rest);
  const isOpen = Object.keys(inner).length === 0 || (inner['type'] === 'string' && Object.keys(inner).length === 1);
  return {
    ...(description === undefined ? {} : { description }),
    ...(examples === undefined ? {} : { examples }),
    ...(preset === undefined ? {} : { default: preset }),
    ...(isOpen ? inner : { anyOf: [inner, expression] }),
  };
}

function orExpressionInside(schema: JsonSchema): JsonSchema {
  // Formats are left to our own check: not every checker knows them.
  const { format: _, ...result } = schema;
  if (isSchema(result['items'])) result['items'] = orExpression(result['items']);
  if (isSchema(result['additionalProperties'])) result['additionalProperties'] = orExpression(result['additionalProperties']);
  if (isSchema(result['properties']))
    result['properties'] = Object.fromEntries(
      Object.entries(result['properties']).map(([name, value]) => [name, orExpression(value as JsonSchema)]),
    );
  for (const key of ['anyOf', 'oneOf', 'allOf'])
    if (Array.isArray(result[key]))
      result[key] = result[key].map((item) => (isSchema(item) ? orExpressionInside(item) : (item as unknown)));
  return result;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
