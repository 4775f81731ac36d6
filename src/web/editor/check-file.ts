import type { Answer, ApiClient } from '../kit/api-client.ts';
import type { Problem } from '../../watches/problems.ts';
import { valueOfYaml } from '../../watches/edit-yaml.ts';
import { fileParts, listFields, watchParts } from './config-parts.ts';
import type { EditorState } from './editor-state.ts';
import type { Remarks } from './field-view.ts';
import type { Schema } from './json-fields.ts';

/** What the check of the file found. */
export interface FileCheck {
  status: 'ok' | 'invalid';
  problems: Pick<Problem, 'line' | 'column' | 'message' | 'hint' | 'severity' | 'path' | 'code'>[];
  /** By control of the form. */
  remarks: Remarks;
}

interface Validation {
  status: 'ok' | 'invalid';
  problems: FileCheck['problems'];
}

/** Has a file checked as it would be when it is pushed. */
export async function checkFile(api: ApiClient, of: { fullName: string; schema: Schema; state: EditorState }): Promise<FileCheck> {
  const { fullName, schema, state } = of;
  const body = { content: state.content, repository: fullName };
  const answer: Answer<Validation> = await api.send({ method: 'POST', path: '/api/config/validate', body });
  if (!answer.ok) {
    const { code, detail } = answer.problem;
    const problem = { line: 1, column: 1, message: detail, hint: '', severity: 'error' as const, path: '', code: code as Problem['code'] };
    return { status: 'invalid', problems: [problem], remarks: new Map() };
  }
  const { status, problems } = answer.value;
  return { status, problems, remarks: remarksOf(schema, state, problems) };
}

/** Puts each problem at the control that it is about: the longest name that it begins with. */
function remarksOf(schema: Schema, state: EditorState, problems: FileCheck['problems']): Remarks {
  const file = valueOfYaml(state.content);
  const parts = file && (state.part === '' ? undefined : watchParts(schema, file.value, state.part));
  const fields = parts ? listFields(parts) : fileParts(schema, file?.value).flatMap((group) => group.fields);
  const names = fields.map(({ name }) => name);
  const remarks = new Map<string, { message: string; severity: 'error' | 'warning' }>(
    state.wrong.map(({ name, message }) => [name, { message, severity: 'error' }]),
  );
  for (const { path, message, severity } of problems) {
    const place = `/${path
      .replaceAll(/\[(\d+)\]/g, '.$1')
      .split('.')
      .join('/')}`;
    const name = names.filter((each) => place === each || place.startsWith(`${each}/`)).sort((one, other) => other.length - one.length)[0];
    if (name !== undefined && !remarks.has(name)) remarks.set(name, { message, severity });
  }
  return remarks;
}
