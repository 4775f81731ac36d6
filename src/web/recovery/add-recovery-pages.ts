import { addForm, addPage } from '../kit/pages.ts';
import type { Site } from '../kit/site.ts';
import { budgetPage } from './budget-page.ts';
import { recoveryForms, recoveryPage } from './recovery-page.ts';

/** Adds the pages of what GitHub could not deliver, and of what GitHub lets us ask. */
export function addRecoveryPages(site: Site): void {
  for (const page of [recoveryPage, budgetPage]) addPage(site, page);
  for (const form of recoveryForms) addForm(site, form);
}
