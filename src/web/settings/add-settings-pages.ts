import { addForm, addPage, pageRoute } from '../kit/pages.ts';
import type { Site } from '../kit/site.ts';
import { themes, writeTheme } from '../kit/theme.ts';
import { doctorPage } from './doctor-page.ts';
import { cancelJobForm, jobPage } from './job-page.ts';
import { endSessionsForm, settingsPage, syncAllForm, testForm } from './settings-page.ts';

/** Adds the settings, the doctor and the page of a job. */
export function addSettingsPages(site: Site): void {
  for (const page of [settingsPage, doctorPage, jobPage]) addPage(site, page);
  for (const form of [endSessionsForm, syncAllForm, testForm, cancelJobForm]) addForm(site, form);
  // A matter of this browser alone: the REST side knows nothing of it.
  site.app.post('/settings/appearance', pageRoute, async (request, reply) => {
    await site.door.requireWrite(request);
    const { theme } = (request.body ?? {}) as Record<string, string>;
    const chosen = themes.find((name) => name === theme) ?? 'auto';
    return reply.header('set-cookie', writeTheme(chosen, site.door.secure)).redirect('/settings?notice=saved#appearance', 303);
  });
}
