import { noDescription } from '../../watches/hooks.ts';
import type { HookItem } from '../../http/schemas/hook.ts';
import { html, type Html } from '../html.ts';
import type { View } from '../kit/view.ts';
import { areaField, checkField, choicesField, selectField, textField } from '../parts/form.ts';

/** The changes that hooks are made for most; all others are written down by their names. */
const commonEvents = [
  'branch.created',
  'branch.updated',
  'branch.deleted',
  'tag.created',
  'tag.moved',
  'tag.deleted',
  'pull_request.opened',
  'pull_request.merged',
  'pull_request.closed',
  'issue.opened',
  'issue.closed',
  'release.published',
];

const formats = [
  { value: 'standard', title: 'standard: our own bodies' },
  { value: 'github', title: 'github: as GitHub sends them' },
  { value: 'radar', title: 'radar: for deployment radars' },
  { value: 'webgme', title: 'webgme: as the older system sent them' },
];

const common = new Set(commonEvents);

/** The fields of a hook, filled in with what it is now. */
export function hookFields(view: View, path: string, hook?: HookItem): Html {
  const field = { view, path };
  const events = hook === undefined || hook.events === 'all' ? [] : hook.events;
  const others = events.filter((event) => !common.has(event));
  return html`${textField({ ...field, name: 'url', label: 'Address', type: 'url', required: true, value: hook?.url, placeholder: 'https://hooks.example.com/…', maxlength: 2000 })}
  ${checkField({ ...field, name: 'all', label: 'Every change', checked: hook?.events === 'all', hint: 'Also those that are added later. What is chosen below then says nothing.' })}
  ${choicesField({ ...field, name: 'events', label: 'Or only these', options: commonEvents, value: events.filter((event) => common.has(event)).join('\n') })}
  ${areaField({ ...field, name: 'others', label: 'And these', rows: 2, value: others.join('\n'), placeholder: 'member.added', hint: html`One in each line: any type of change, or an older system’s name of it. <a href="/api/meta/changes">All types</a>` })}
  ${selectField({ ...field, name: 'format', label: 'Bodies', options: formats, value: hook?.format ?? 'standard' })}
  ${textField({ ...field, name: 'secret', label: 'Signing key', type: 'password', hint: hook?.hasSecret === true ? 'It has one, which is never shown. Leave this empty to keep it.' : 'With one, each message is signed as Standard Webhooks says. It is never shown again.' })}
  ${hook?.hasSecret === true && checkField({ ...field, name: 'unsigned', label: 'Take the signing key away' })}
  ${textField({ ...field, name: 'description', label: 'What it is for', value: hook?.description === noDescription ? '' : hook?.description, maxlength: 1000 })}`;
}

/** What the fields say, as the REST side takes it. */
export function readHookFields(values: Readonly<Record<string, string>>): Record<string, unknown> {
  const lines = [values['events'] ?? '', values['others'] ?? ''].join('\n').split(/[\s,]+/);
  const events = [...new Set(lines.filter((line) => line !== ''))];
  const { url, format, description, secret } = values;
  return {
    url: (url ?? '').trim(),
    events: values['all'] === 'on' ? 'all' : events,
    format,
    description: description ?? '',
    ...(secret !== undefined && secret !== '' && { secret }),
    ...(values['unsigned'] === 'on' && { secret: null }),
  };
}
