import type { PeopleMap } from '../actions/github-people.ts';
import type { Db } from '../db/connect.ts';
import { findInstallation } from '../mirror/installation.ts';
import { findPerson, findPersonElsewhere } from '../people/people-map.ts';

/** Who is who for steps: by login, e-mail address, account in Jira or id in Slack. */
export function createPeopleMap(db: Db, host: string): PeopleMap {
  return {
    async findLogins(installationGithubId, names) {
      const installation = await findInstallation(db, host, installationGithubId);
      if (!installation) return {};
      const found = await Promise.all(
        names.map(async (name) => {
          const person =
            (await findPerson(db, installation.id, name)) ??
            (await findPersonElsewhere(db, installation.id, { jiraAccountId: name })) ??
            (await findPersonElsewhere(db, installation.id, { slackId: name }));
          return person ? [[name, person.githubLogin] as const] : [];
        }),
      );
      return Object.fromEntries(found.flat());
    },
  };
}
