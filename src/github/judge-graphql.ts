import { fieldsOf, type FailureFacts, type GitHubFailure } from './failure-facts.ts';
import { isRefusal, judgeRefusal } from './judge-refusal.ts';

/** The errors of a GraphQL answer; none of anything else. A validation error of REST has a list of that name too, and a status. */
export function listProblems(error: unknown): { type: string; message: string; saml: boolean }[] {
  const { errors, status } = fieldsOf(error);
  if (!Array.isArray(errors) || typeof status === 'number') return [];
  return errors.map((problem) => {
    const { type, message, extensions } = fieldsOf(problem);
    const saml = fieldsOf(extensions)['saml_failure'] === true;
    return { type: typeof type === 'string' ? type : '', message: typeof message === 'string' ? message : '', saml };
  });
}

/** Judges what GraphQL refuses in an answer that says 200: by type where there is one, else by its words (handbook E3, E14). Pure. */
export function judgeGraphQL(problems: ReturnType<typeof listProblems>, facts: FailureFacts): GitHubFailure {
  const types = new Set(problems.map(({ type }) => type));
  if (problems.some(({ saml }) => saml)) return judgeRefusal({ ...facts, headers: { ...facts.headers, 'x-github-sso': 'required' } });
  if (types.has('FORBIDDEN') || types.has('INSUFFICIENT_SCOPES') || isRefusal(facts)) return judgeRefusal(facts);
  if (types.has('NOT_FOUND')) return { code: 'github_not_found', message: `GitHub does not know what was asked for: ${facts.said}` };
  if (/something went wrong|timed? ?out|try again/i.test(facts.said)) {
    return { code: 'github_unavailable', message: `GitHub could not answer a query: ${facts.said}` };
  }
  return { code: 'github_refused', message: `GitHub refused a query: ${facts.said}` };
}
