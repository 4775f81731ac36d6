import { addForm, addPage } from '../kit/pages.ts';
import type { Site } from '../kit/site.ts';
import { auditPage } from './audit-page.ts';
import { lookUpForm, peoplePage, personForms, removePersonForm } from './people-page.ts';
import { newTokenForm, revokeTokenForm, tokensPage } from './tokens-page.ts';

/** Adds the pages of people, of their tokens, and of who did what. */
export function addPeoplePages(site: Site): void {
  for (const page of [peoplePage, tokensPage, auditPage]) addPage(site, page);
  for (const form of [newTokenForm, revokeTokenForm, removePersonForm, lookUpForm, ...personForms]) addForm(site, form);
}
