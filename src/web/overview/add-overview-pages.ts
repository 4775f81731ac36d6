import { addForm, addPage } from '../kit/pages.ts';
import type { Site } from '../kit/site.ts';
import { firstStepsPage, installForm } from './first-steps-page.ts';
import { overviewPage } from './overview-page.ts';
import { addRatesPart, ratesPage } from './rates-page.ts';

/** Adds the Overview, its figures, and the first steps. */
export function addOverviewPages(site: Site): void {
  const firstSteps = firstStepsPage(site);
  for (const page of [overviewPage(site), ratesPage, firstSteps]) addPage(site, page);
  addForm(site, installForm(firstSteps));
  addRatesPart(site);
}
