import type { ActionItem } from '../../http/schemas/project-action.ts';
import { valueOfYaml } from '../../watches/edit-yaml.ts';
import type { JsonSchema } from '../../watches/json-schema.ts';
import { html, type Html } from '../html.ts';
import type { FormValues } from '../kit/pages.ts';
import type { View } from '../kit/view.ts';
import { areaField, checkField, choicesField, textField } from '../parts/form.ts';
import { kindLook } from '../parts/kind-look.ts';
import { readSchemaValues, type ReadValues } from '../parts/read-schema-values.ts';
import { schemaFields, withCode } from '../parts/schema-form.ts';
import { plainTriggers, triggerChoices, writeTriggers } from './trigger-words.ts';

/** What an action may say beside its inputs, in the words of the language. */
const extras: JsonSchema = {
  type: 'object',
  properties: {
    if: { type: 'string', maxLength: 8000, description: "An expression, such as `actor.type != 'Bot'`. It runs only when that is true." },
    env: { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] }, description: 'Values for `${{ env.NAME }}`.' },
    retry: {
      anyOf: [
        { type: 'string', enum: ['standard', 'none'] },
        { type: 'array', items: { type: 'string' } },
      ],
      description: 'When it is tried again after a failure: `standard`, `none`, or waits such as `5s`.',
    },
    timeout: { type: 'string', pattern: String.raw`^\d{1,9}(ms|s|m|h)$`, description: 'The longest one try may take.', examples: ['15s'] },
  },
};

/** What the form of an action is made from. */
export interface ActionForm {
  view: View;
  path: string;
  uses: string;
  inputs: JsonSchema;
  action?: ActionItem;
  /** Names of secrets that it can use. */
  secrets: readonly string[];
}

function whenFields({ view, path, action }: ActionForm): Html {
  const plain = plainTriggers(action?.on);
  const field = { view, path, covers: true };
  const filters = areaField({
    ...field,
    name: 'on_text',
    label: 'With filters, in place of the choice above',
    value: plain === undefined ? writeTriggers(action?.on) : '',
    rows: 5,
    code: true,
    placeholder: 'push:\n  branches: [main]\n  paths: [src/**]',
    hint: html`What stands behind <code>on:</code> in a file. The branches of the project count in any case.`,
  });
  const hasProblem = view.refused?.problem.errors?.some((error) => error.path.startsWith('on')) === true;
  return html`<fieldset class="form-part">
    <legend>When</legend>
    ${choicesField({ ...field, name: 'on', label: 'Runs on', options: triggerChoices, value: (plain ?? []).join('\n') })}
    <details class="more-fields" ${(plain === undefined || hasProblem) && 'open'}>
      <summary>Filters</summary>
      <div class="more-fields-body">${filters}</div>
    </details>
  </fieldset>`;
}

/** The fields of an action, its inputs made from the schema of its kind. */
export function actionFields(given: ActionForm): Html {
  const { view, path, uses, inputs, action, secrets } = given;
  const look = kindLook(uses);
  const first = look.first === undefined ? {} : { first: look.first };
  const said = {
    if: action?.if ?? undefined,
    env: action?.env ?? undefined,
    retry: action?.retry ?? undefined,
    timeout: action?.timeout ?? undefined,
  };
  const values = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  return html`${textField({ view, path, name: 'name', label: 'Name', value: action?.name, maxlength: 100, hint: 'Without one it is called after its kind.' })}
    <fieldset class="form-part">
      <legend>${look.title}</legend>
      ${schemaFields({ view, path, schema: inputs, prefix: 'with', values: action?.with ?? {}, secrets, ...first })}
      <p class="hint muted">
        ${withCode('Texts may hold `${{ }}`: `${{ repository.full_name }}`, `${{ ref.name }}`, `${{ commit.message }}`, `${{ params.NAME }}`, `${{ secrets.NAME }}`.')}
      </p>
    </fieldset>
    ${whenFields(given)}
    <fieldset class="form-part">
      <legend>How</legend>
      ${checkField({ view, path, name: 'enabled', label: 'Switched on', checked: action?.enabled ?? true })}
      ${schemaFields({ view, path, schema: extras, prefix: '', values, first: [], more: 'Condition, environment, retries, time limit' })}
    </fieldset>`;
}

function readTriggers(values: FormValues): { on?: unknown; problem?: ReadValues['problems'][number] } {
  const text = (values['on_text'] ?? '').trim();
  const chosen = (values['on'] ?? '').split('\n').filter(Boolean);
  if (text === '') {
    if (chosen.length === 0) return { problem: { path: 'on', message: 'Choose at least one, or write the filters.' } };
    return { on: chosen.length === 1 ? chosen[0] : chosen };
  }
  const read = valueOfYaml(text.replaceAll('\r\n', '\n'));
  if (read === undefined || read.value === null)
    return { problem: { path: 'on_text', message: 'This cannot be read as YAML. Look at the spaces at the beginning of the lines.' } };
  return { on: read.value };
}

/** What the fields of an action said, as the body to send; the rest of what was there stays. */
export function readAction(values: FormValues, given: { uses: string; inputs: JsonSchema; action?: ActionItem }): ReadValues {
  const { uses, inputs, action } = given;
  const input = readSchemaValues(inputs, values, { prefix: 'with', before: action?.with ?? undefined });
  const more = readSchemaValues(extras, values, { prefix: '' });
  const { on, problem } = readTriggers(values);
  const name = (values['name'] ?? '').trim();
  return {
    value: {
      uses,
      with: input.value,
      on,
      ...more.value,
      enabled: values['enabled'] === 'on',
      ...(name !== '' && { name }),
      ...(action && { parameters: action.parameters }),
    },
    problems: [...input.problems, ...more.problems, ...(problem === undefined ? [] : [problem])],
  };
}
