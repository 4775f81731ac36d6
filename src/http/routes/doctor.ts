import type { Api, RouteContext } from '../api.ts';
import { doctorSchema } from '../schemas/doctor.ts';
import { problems } from '../schemas/problem.ts';

/** Whether everything is right: credentials, registration, webhook, installations, database, keys, address. */
export function addDoctorRoute(api: Api, { actions }: RouteContext): void {
  api.get(
    '/doctor',
    {
      config: { access: { right: 'read', on: 'everything' } },
      schema: {
        summary: 'Look at everything that has to be right; each finding says what to do',
        tags: ['operations'],
        response: { 200: doctorSchema, ...problems() },
      },
    },
    async () => await actions.examine(),
  );
}
