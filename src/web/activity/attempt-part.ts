import type { AttemptDetail } from '../../http/schemas/run.ts';
import { RepoWatchError } from '../../core/errors.ts';
import type { Html } from '../html.ts';
import type { View } from '../kit/view.ts';
import { attemptView } from './attempt-view.ts';
import { pageId } from './thread-page.ts';

/** What one try sent and what came back, as a part of its thread. */
export async function attemptPart(view: View): Promise<Html> {
  const run = pageId(view, 'run');
  const { position = '', number = '' } = view.params;
  if (!/^\d{1,6}$/.test(position) || !/^\d{1,6}$/.test(number))
    throw new RepoWatchError('not_found', `There is no such attempt of run ${run}. Load the page again.`);
  const attempt = await view.api.get<AttemptDetail>(`/api/runs/${run}/attempts/${position}/${number}`);
  return attemptView(attempt, `part-${run}-${position}-${number}`);
}
