import type { TriggerItem } from '../../http/schemas/trigger.ts';
import type { Answer } from '../kit/api-client.ts';
import { addForm, addPage, type FormDefinition, type FormValues } from '../kit/pages.ts';
import type { Site } from '../kit/site.ts';
import type { View } from '../kit/view.ts';
import { refuseUnconfirmed } from '../parts/confirmation.ts';
import { secretShown } from './trigger-forms-view.ts';
import { addressOf, triggerPage, triggerPath } from './trigger-page.ts';
import { triggersPage, triggersPath } from './triggers-page.ts';

type Made = TriggerItem & { secret?: string };

const idOf = ({ params }: View) => encodeURIComponent(params['id'] ?? '');
const apiPath = (view: View, part = '') => `/api/triggers/${idOf(view)}${part}`;
const toTrigger = (view: View) => ({ url: triggerPath(idOf(view)) });

async function make(
  { api }: View,
  { provider, repository = '', name = '', repo_id: remote = '', secret = '' }: FormValues,
): Promise<Answer<Made>> {
  const body = {
    provider,
    repository: repository.trim(),
    ...(name.trim() !== '' && { name: name.trim() }),
    ...(remote.trim() !== '' && { repo_id: remote.trim() }),
  };
  if (secret === '') return await api.send({ method: 'POST', path: '/api/triggers', body });
  return await api.send({ method: 'POST', path: '/api/triggers/import', body: { ...body, secret } });
}

function shown(view: View, value: unknown, made: 'made' | 'rotated') {
  const trigger = value as Made;
  // A secret that was taken over is with its sender already, and is told nobody.
  const secret = trigger.secret ?? '(the one that the sender has)';
  return {
    title: made === 'made' ? 'Your new trigger' : 'Its new secret',
    body: secretShown({ ...trigger, secret }, addressOf(view, trigger.uri), made),
  };
}

const forms: FormDefinition[] = [
  {
    path: triggersPath,
    page: triggersPage,
    submit: make,
    reveal: (view, { value }) => shown(view, value, 'made'),
    done: () => ({ to: triggersPath }),
  },
  {
    path: '/triggers/:id',
    page: triggerPage,
    submit: async (view, { name, enabled }) =>
      await view.api.send({
        method: 'PATCH',
        path: apiPath(view),
        body: { ...(name !== undefined && { name: name.trim() }), ...(enabled !== undefined && { enabled: enabled === 'yes' }) },
      }),
    done: (view, { values }) => ({
      to: triggerPath(idOf(view)),
      notice: values['enabled'] === undefined ? 'saved' : values['enabled'] === 'yes' ? 'enabled' : 'disabled',
    }),
  },
  {
    path: '/triggers/:id/rotate',
    page: triggerPage,
    pageView: toTrigger,
    submit: async (view, { grace = '0' }) =>
      await view.api.send({ method: 'POST', path: apiPath(view, '/rotate'), body: { grace_seconds: Number(grace) } }),
    reveal: (view, { value }) => shown(view, value, 'rotated'),
    done: (view) => ({ to: triggerPath(idOf(view)) }),
  },
  {
    path: '/triggers/:id/delete',
    page: triggerPage,
    pageView: toTrigger,
    submit: async (view, values) => {
      const { name } = await view.api.get<TriggerItem>(apiPath(view));
      return refuseUnconfirmed(values, name) ?? (await view.api.send({ method: 'DELETE', path: apiPath(view) }));
    },
    done: () => ({ to: triggersPath, notice: 'removed' }),
  },
];

/** Adds the pages of inbound triggers. */
export function addTriggerPages(site: Site): void {
  addPage(site, triggersPage);
  addPage(site, triggerPage);
  for (const form of forms) addForm(site, form);
}
