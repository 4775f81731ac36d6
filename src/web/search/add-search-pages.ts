import { addPage } from '../kit/pages.ts';
import type { Site } from '../kit/site.ts';
import { searchPage } from './search-page.ts';

/** Adds the search. */
export function addSearchPages(site: Site): void {
  addPage(site, searchPage);
}
