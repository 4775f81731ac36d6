import { addForm, addPage, addPart } from '../kit/pages.ts';
import type { Site } from '../kit/site.ts';
import { attemptPart } from './attempt-part.ts';
import { bulkForms, bulkPage } from './bulk-page.ts';
import { changesPage } from './changes-page.ts';
import { deliveriesPage } from './deliveries-page.ts';
import { laneForms, lanesPage } from './lanes-page.ts';
import { payloadPage, payloadPart } from './payload-page.ts';
import { runForms } from './run-actions.ts';
import { runPage } from './run-page.ts';
import { runsPage } from './runs-page.ts';
import { changePage, deliveryPage, retryForm } from './thread-page.ts';
import { issueForm, ticketPage } from './ticket-page.ts';
import { ticketForms, ticketsPage } from './tickets-page.ts';

/** Adds the pages of what happened: deliveries, changes, runs, lanes and tickets, and what is done with them. */
export function addActivityPages(site: Site): void {
  const pages = [
    deliveriesPage,
    deliveryPage,
    payloadPage,
    changesPage,
    changePage,
    runsPage,
    bulkPage,
    runPage,
    lanesPage,
    ticketsPage,
    ticketPage,
  ];
  for (const page of pages) addPage(site, page);
  for (const form of [retryForm, bulkForms, ...runForms(runPage), ...laneForms, ...ticketForms, issueForm]) addForm(site, form);
  addPart(site, '/deliveries/:id/payload/part', payloadPart);
  addPart(site, '/runs/:id/attempts/:position/:number', attemptPart);
}
