import type { Job } from '../../http/schemas/job.ts';
import { html } from '../html.ts';
import { livePart } from '../kit/frame.ts';
import type { FormDefinition } from '../kit/pages.ts';
import { may, type PageDefinition } from '../kit/view.ts';
import { buttonForm } from '../parts/form.ts';
import { jobProgress } from '../parts/job-progress.ts';
import { pageHead } from '../parts/page-head.ts';

const isOpen = ({ status }: Job) => status === 'queued' || status === 'running';

/** The page of one job: it counts up by itself until it is over. */
export const jobPage: PageDefinition = {
  path: '/jobs/:id',
  place: 'settings',
  async render(view) {
    const job = await view.api.get<Job>(`/api/jobs/${encodeURIComponent(view.params['id'] ?? '')}`);
    const resource = job.installation_id === null ? ('everything' as const) : { installation: job.installation_id };
    const cancel = isOpen(job) && may(view, 'write', resource) && buttonForm(`/jobs/${job.id}/cancel`, { text: 'Take back', icon: 'stop' });
    const live = { job: html`${jobProgress(job)} ${cancel}` };
    const body = html`${pageHead({ title: `Job ${job.id}`, crumbs: [{ title: 'Settings', path: '/settings' }] })}
    ${livePart('job', live.job)}`;
    return { title: `Job ${job.id}`, body, live };
  },
};

/** Taking a job back: what is done stays done. */
export const cancelJobForm: FormDefinition = {
  path: '/jobs/:id/cancel',
  page: jobPage,
  pageView: ({ params }) => ({ url: `/jobs/${params['id'] ?? ''}` }),
  submit: async ({ api, params }) => await api.send({ method: 'POST', path: `/api/jobs/${encodeURIComponent(params['id'] ?? '')}/cancel` }),
  done: ({ params }) => ({ to: `/jobs/${params['id'] ?? ''}`, notice: 'cancelled' }),
};
