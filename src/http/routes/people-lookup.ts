import { transaction } from '../../db/transaction.ts';
import { findPerson, insertPerson, lockPeople, updatePerson } from '../../people/people-map.ts';
import { requireRight } from '../access.ts';
import type { Api, RouteContext } from '../api.ts';
import { auditRequest } from '../audit-request.ts';
import { found } from '../problem.ts';
import { findOnlyInstallation, listCommitAuthors } from '../read/people.ts';
import { requesterOf } from '../requester.ts';
import { emailSchema, lookupResult, loginSchema, personScope } from '../schemas/person.ts';
import { problems } from '../schemas/problem.ts';
import { z } from 'zod';

/** GitHub makes these up for people who hide theirs: nobody reads them. */
const hiddenAddress = /@users\.noreply\./;

/** Filling the people map from what commits say. */
export function addPeopleLookup(api: Api, { db }: RouteContext): void {
  api.post(
    '/people/lookup',
    {
      config: { access: { right: 'manage', on: 'body' } },
      schema: {
        summary: 'Fill in addresses of people from the commits of the latest changes; nothing that is known is changed',
        tags: ['people'],
        body: z.strictObject(personScope).nullish(),
        response: { 200: lookupResult, ...problems(404, 413, 415, 422) },
      },
    },
    async (request) => {
      const id = request.body?.installation ?? (await findOnlyInstallation(db, requesterOf(request)));
      const installationId = found(id, 'installation that is the only one; name it');
      requireRight(request, 'manage', { resource: { installation: installationId }, what: `installation ${installationId}` });
      const authors = await listCommitAuthors(db, installationId);
      return await transaction(db, async (trx) => {
        await lockPeople(trx, installationId);
        const result: z.output<typeof lookupResult> = { updated: 0, skipped: 0, errors: [] };
        for (const { email, login } of authors) {
          if (login === null || !loginSchema.safeParse(login).success || hiddenAddress.test(email)) result.skipped += 1;
          else if (!emailSchema.safeParse(email).success) result.errors.push({ email, message: 'is no e-mail address' });
          else if (await findPerson(trx, installationId, email)) result.skipped += 1;
          else {
            const known = await findPerson(trx, installationId, login);
            if (known !== undefined && known.email !== null) result.skipped += 1;
            else {
              result.updated += 1;
              await (known ? updatePerson(trx, known, { email }) : insertPerson(trx, installationId, { githubLogin: login, email }));
            }
          }
        }
        const target = { kind: 'installation', id: installationId };
        await auditRequest(trx, request, { action: 'people.looked_up', target, installationId, after: { updated: result.updated } });
        return result;
      });
    },
  );
}
