import { z } from 'zod';
import type { Api } from '../api.ts';
import { changeTypes } from '../../changes/change.ts';
import { catalogue } from '../../core/error-catalogue.ts';
import {
  attemptStatuses,
  changeOrigins,
  checkResults,
  checkTriggers,
  configStatuses,
  deliverySources,
  deliveryStatuses,
  feedbackChannels,
  jobItemStatuses,
  jobKinds,
  jobStatuses,
  recoveryPhases,
  recoveryStatuses,
  refKinds,
  runStatuses,
  secretScopes,
  stepStatuses,
  validationConclusions,
  validationStatuses,
} from '../../core/statuses.ts';
import { problems } from '../schemas/problem.ts';

const tags = ['meta'];

/** The words in use, by what they are words for. */
const words: Record<string, string[]> = {
  deliveries: [...deliveryStatuses],
  delivery_sources: [...deliverySources],
  recovery_phases: [...recoveryPhases],
  recovered_deliveries: [...recoveryStatuses],
  change_types: [...changeTypes],
  change_origins: [...changeOrigins],
  configs: [...configStatuses],
  runs: [...runStatuses],
  steps: [...stepStatuses],
  attempts: [...attemptStatuses],
  secret_scopes: [...secretScopes],
  ref_kinds: [...refKinds],
  check_results: [...checkResults],
  check_triggers: [...checkTriggers],
  jobs: [...jobStatuses],
  job_kinds: [...jobKinds],
  job_items: [...jobItemStatuses],
  config_validations: [...validationStatuses],
  validation_conclusions: [...validationConclusions],
  feedback_channels: [...feedbackChannels],
};

const entry = z.object({ code: z.string(), status: z.number().int(), retryable: z.boolean(), title: z.string() });

/** What the answers are made of: the status words and the error catalogue. */
export function addMetaRoutes(api: Api): void {
  api.get(
    '/meta/statuses',
    {
      config: { access: { right: 'read', on: 'anything' } },
      schema: {
        summary: 'List the status words in use',
        tags,
        response: { 200: z.object({ data: z.record(z.string(), z.array(z.string())) }), ...problems() },
      },
    },
    async () => ({ data: words }),
  );
  api.get(
    '/meta/errors',
    {
      config: { access: { right: 'read', on: 'anything' } },
      schema: {
        summary: 'List the codes of errors and reasons',
        tags,
        response: { 200: z.object({ data: z.array(entry) }), ...problems() },
      },
    },
    async () => ({ data: Object.entries(catalogue).map(([code, { status, retryable, title }]) => ({ code, status, retryable, title })) }),
  );
}
