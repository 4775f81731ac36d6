import { addForm, addPage } from '../kit/pages.ts';
import type { Site } from '../kit/site.ts';
import { confirmOwnerForm } from './confirm-owner-form.ts';
import { keysPage, rotateForm } from './keys-page.ts';
import { secretForms, secretPage } from './secret-page.ts';
import { newSecretPage, secretsPage, setSecretForms } from './secrets-page.ts';

/** Adds the pages of secrets. Those with words of their own in the path go before that of one secret. */
export function addSecretPages(site: Site): void {
  for (const page of [secretsPage, newSecretPage, keysPage, secretPage]) addPage(site, page);
  for (const form of [...setSecretForms, ...secretForms, confirmOwnerForm, rotateForm]) addForm(site, form);
}
