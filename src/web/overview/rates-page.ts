import type { Rates } from '../../http/schemas/rates.ts';
import { html } from '../html.ts';
import { withQuery } from '../kit/api-client.ts';
import { pageRoute, viewOf } from '../kit/pages.ts';
import type { Site } from '../kit/site.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { pageHead } from '../parts/page-head.ts';
import { rateRanges, ratesView, readHours } from './rates-view.ts';

async function readRates({ api, query }: View): Promise<Rates> {
  return await api.get<Rates>(withQuery('/api/stats/rates', { hours: readHours(query['hours']).hours }));
}

/** The figures by themselves, for those who read without a script. */
export const ratesPage: PageDefinition = {
  path: '/overview/rates',
  place: 'overview',
  async render(view) {
    const range = readHours(view.query['hours']);
    const body = html`${pageHead({
      title: 'Rates and latencies',
      icon: 'graph',
      crumbs: [{ title: 'Overview', path: '/' }],
      tabs: rateRanges.map(({ hours, title }) => ({ title, path: `/overview/rates?hours=${hours}` })),
      tab: `/overview/rates?hours=${range.hours}`,
    })}
    ${ratesView(await readRates(view), range.words, 2)}`;
    return { title: 'Rates and latencies', body, scripts: ['charts'] };
  },
};

/** Adds the figures as a part that the Overview loads after itself, so that counting never holds it up. */
export function addRatesPart(site: Site): void {
  site.app.get('/overview/rates/part', pageRoute, async (request, reply) => {
    await site.door.require(request);
    const view = viewOf(site, request);
    const part = ratesView(await readRates(view), readHours(view.query['hours']).words);
    return reply.type('text/html; charset=utf-8').send(part.text);
  });
}
