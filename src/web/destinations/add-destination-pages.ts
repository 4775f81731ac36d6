import { addForm, addPage } from '../kit/pages.ts';
import type { Site } from '../kit/site.ts';
import { destinationsPage, enableDestinationForm } from './destinations-page.ts';

/** Adds the page of destinations. */
export function addDestinationPages(site: Site): void {
  addPage(site, destinationsPage);
  addForm(site, enableDestinationForm);
}
