import type { WatchItem } from '../../http/schemas/repository.ts';
import type { FormDefinition } from '../kit/pages.ts';
import { changePath } from '../kit/paths.ts';
import type { View } from '../kit/view.ts';
import { apiOf, pageOfRepository } from './repository-head.ts';
import { readRunForm } from './run-watch-form.ts';
import { watchesPage } from './watches-page.ts';

const back = (view: View) => ({ url: pageOfRepository(view, 'watches') });
const watchApi = (view: View, rest = '') => apiOf(view, `/watches/${encodeURIComponent(view.params['key'] ?? '')}${rest}`);

/** Starts a watch by hand, and shows the change that this is. */
export const runWatchForm: FormDefinition = {
  path: '/repos/:owner/:name/watches/:key/run',
  page: watchesPage,
  pageView: back,
  submit: async (view, values) => {
    const watch = await view.api.get<WatchItem>(watchApi(view));
    return await view.api.send({ method: 'POST', path: watchApi(view, '/run'), body: readRunForm(values, watch.inputs ?? {}) });
  },
  done: (_view, { value }) => ({ to: changePath((value as { change: { id: string } }).change.id), notice: 'started' }),
};

/** Switches a watch that the API made. */
export const switchWatchForm: FormDefinition = {
  path: '/repos/:owner/:name/watches/:key/switch',
  page: watchesPage,
  pageView: back,
  submit: async (view, { enabled }) => await view.api.send({ method: 'PATCH', path: watchApi(view), body: { enabled: enabled === 'on' } }),
  done: (view, { values }) => ({ to: pageOfRepository(view, 'watches'), notice: values['enabled'] === 'on' ? 'enabled' : 'disabled' }),
};
