import { headerOf, type FailureFacts, type GitHubFailure } from './failure-facts.ts';

const hasSaid = (pattern: RegExp) => (facts: FailureFacts) => pattern.test(facts.said);

/** One meaning of a refusal: how it is known, and what a person is told. */
interface Meaning {
  fits: (facts: FailureFacts) => boolean;
  judge: (facts: FailureFacts) => GitHubFailure;
}

/** What the organisation's page for signing in is called in the header, when it is there. */
function signInAddress(facts: FailureFacts): string {
  const url = /url=(https:\/\/[^\s;,]+)/.exec(headerOf(facts, 'x-github-sso') ?? '')?.[1];
  return url === undefined ? '' : ` (${url})`;
}

/** The meanings of 403 that are no rate limit, the first that fits counts (handbook E14, B13, B19, B20). */
const meanings: readonly Meaning[] = [
  {
    fits: hasSaid(/installation has been suspended/i),
    judge: ({ what }) => ({
      code: 'installation_suspended',
      message: `The installation is suspended, and GitHub refused ${what}. Its owner can resume it on GitHub`,
    }),
  },
  {
    fits: hasSaid(/ip allow ?list/i),
    judge: ({ what, said }) => ({
      code: 'github_ip_not_allowed',
      message: `An IP allow list of the organisation refused ${what}. Its owner has to add the address of this machine: ${said}`,
    }),
  },
  {
    fits: (facts) => headerOf(facts, 'x-github-sso') !== undefined || /saml (?:sso|enforcement)|single sign-on/i.test(facts.said),
    judge: (facts) => ({
      code: 'github_sso_required',
      message: `The organisation wants its members to sign in through its own identity provider, and refused ${facts.what}. Somebody of the organisation signs in there${signInAddress(facts)} and approves the App: ${facts.said}`,
    }),
  },
  {
    fits: hasSaid(/(?:repository|it) (?:was|is|has been) archived|archived so is read-only/i),
    judge: ({ what, said }) => ({
      code: 'repository_archived',
      message: `The repository is archived, so GitHub refused ${what}. It can be written to again when it is unarchived on GitHub: ${said}`,
    }),
  },
  {
    fits: hasSaid(/repository access blocked|repository.*(?:disabled|blocked)/i),
    judge: ({ what, said }) => ({
      code: 'repository_disabled',
      message: `GitHub has switched the repository off and refused ${what}: ${said}`,
    }),
  },
];

/** Judges a refusal that is no rate limit; what fits nothing else is a permission that is missing. Pure. */
export function judgeRefusal(facts: FailureFacts): GitHubFailure {
  const meaning = meanings.find(({ fits }) => fits(facts));
  if (meaning) return meaning.judge(facts);
  const accepted = headerOf(facts, 'x-accepted-github-permissions');
  const hint = accepted ? `. It accepts the permissions ${accepted}: tick them in the App and approve them in the installation` : '';
  return { code: 'github_forbidden', message: `GitHub refused ${facts.what}: ${facts.said}${hint}` };
}

/** True when a text says no for one of the reasons above, whatever status it came with (GraphQL answers 200 or 401). */
export function isRefusal(facts: FailureFacts): boolean {
  return /resource not accessible|forbidden|insufficient/i.test(facts.said) || meanings.some(({ fits }) => fits(facts));
}
