import { z } from 'zod';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { didYouMean } from '../core/suggest.ts';

const inputTypes = ['string', 'boolean', 'number', 'choice'] as const;
const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** One input of a `manual` trigger, as in workflow_dispatch. */
export const manualInput = z
  .strictObject({
    description: z.string().max(1000).optional().describe('For the person who fills it in.'),
    type: z.enum(inputTypes).default('string').describe('What can be given.'),
    required: z.boolean().default(false).describe('Whether it must be given.'),
    default: scalar.optional().describe('The value when none is given.'),
    options: z.array(z.string().min(1).max(200)).min(1).max(100).optional().describe('The values of a `choice`.'),
  })
  .superRefine((input, context) => {
    const problem = (message: string, key: string) => context.addIssue({ code: 'custom', message, path: [key], input });
    if (input.type === 'choice' && !input.options) problem('is missing', 'options');
    if (input.type !== 'choice' && input.options) problem('only goes with `type: choice`', 'options');
    if (input.default === undefined) return;
    const reason = misfit(input, input.default);
    if (reason !== undefined) problem(reason, 'default');
  });

/** An input with its defaults filled in. */
type ManualInput = z.output<typeof manualInput>;
export type ManualInputs = Readonly<Record<string, ManualInput>>;
export type ManualValues = Record<string, string | number | boolean>;

const longestText = 10_000;

function misfit({ type, options }: Pick<ManualInput, 'type' | 'options'>, value: unknown): string | undefined {
  switch (type) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be true or false';
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? undefined : 'must be a number';
    case 'choice':
      return options?.includes(value as string) === true ? undefined : `must be one of ${(options ?? []).join(', ')}`;
    case 'string':
      return typeof value !== 'string'
        ? 'must be text'
        : value.length > longestText
          ? `may have at most ${longestText} characters`
          : undefined;
  }
}

/** Checks what somebody gave for a manual run against what the watch declares, and fills in the defaults. */
export function checkManualInputs(
  declared: ManualInputs,
  given: Readonly<Record<string, unknown>>,
): Outcome<ManualValues, 'request_invalid'> {
  const names = Object.keys(declared);
  const stranger = Object.keys(given).find((name) => !names.includes(name));
  if (stranger !== undefined) {
    const known = names.length > 0 ? ` Known here: ${names.join(', ')}.` : ' This watch has no inputs.';
    return refuse(stranger.slice(0, 100), `There is no input \`${stranger.slice(0, 100)}\`.${didYouMean(stranger, names)}${known}`);
  }
  const values: ManualValues = {};
  for (const [name, input] of Object.entries(declared)) {
    const value = given[name] ?? input.default;
    if (value === undefined) {
      if (input.required)
        return refuse(name, `The input \`${name}\` is missing; give ${input.type === 'string' ? 'a text' : `a ${input.type}`}.`);
      continue;
    }
    const reason = misfit(input, value);
    if (reason !== undefined) return refuse(name, `The input \`${name}\` ${reason}.`);
    values[name] = value as string | number | boolean;
  }
  return ok(values);
}

/** A refusal with its place in the request. */
function refuse(name: string, message: string): Outcome<never, 'request_invalid'> {
  return failed('request_invalid', message, [{ path: `inputs.${name}`, message }]);
}

/** Inputs that came as text, as from a command line, read as the watch declares them; what does not fit stays text and is refused. */
export function readManualTexts(declared: ManualInputs, texts: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, readText(declared[name]?.type, text)]));
}

function readText(type: ManualInput['type'] | undefined, text: string): unknown {
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if (type === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  return text;
}
