import { addPage } from '../kit/pages.ts';
import type { Site } from '../kit/site.ts';
import { firstStepsPage } from './first-steps-page.ts';
import { overviewPage } from './overview-page.ts';
import { addRatesPart, ratesPage } from './rates-page.ts';

/** Adds the Overview, its figures, and the first steps. */
export function addOverviewPages(site: Site): void {
  for (const page of [overviewPage(site), ratesPage, firstStepsPage(site)]) addPage(site, page);
  addRatesPart(site);
}
