import { describe, expect, test } from '@jest/globals';
import { censorProblem, describeVerdict, summarizeVerdict, toAnnotations, type Audience, type Verdict } from './describe-validation.ts';

const audience: Audience = {
  fullName: 'acme/app',
  sha: 'a'.repeat(40),
  githubUrl: 'https://github.com',
  isPublic: false,
  fromFork: false,
  onDefaultBranch: false,
  detailsUrl: 'https://watch.example.com/validations/1',
};
const problem = { path: 'watches.a', line: 3, column: 5, severity: 'error', code: 'config_invalid', message: 'Wrong.', hint: '' } as const;
const watch = { name: null, change: 'added', own: true, line: 4, mode: 'on', runs: 1, examples: ['9'] } as const;
const verdict: Verdict = {
  conclusion: 'success',
  blobSha: 'b',
  problems: [],
  watches: 2,
  preview: {
    changes: 10,
    runs: 3,
    watches: [
      { ...watch, id: 'own', runs: 1 },
      { ...watch, id: 'internal-audit', own: false, line: null, change: 'same', runs: 2 },
      { ...watch, id: 'gone', line: null, change: 'removed', runs: 0 },
    ],
  },
};

describe('what a verdict says', () => {
  test('in one line', () => {
    expect(describeVerdict(verdict)).toBe('Valid: 2 watches; would have run 3 times on the last 10 changes');
    expect(
      describeVerdict({ ...verdict, conclusion: 'failure', problems: [problem, { ...problem, severity: 'warning' }], preview: null }),
    ).toBe('Not valid: 1 error, 1 warning');
    expect(describeVerdict({ ...verdict, conclusion: 'neutral', preview: null })).toBe('There is no .github/repowatch.yml here');
  });

  test('names what other files declare only to those who can read the repository', () => {
    const told = summarizeVerdict(verdict, audience);
    expect(told).toContain('Watches: 1 added, 0 changed, 1 removed, 1 as before.');
    expect(told).toContain('`internal-audit`');
    expect(told).toContain(
      `| added | [\`own\`](https://github.com/acme/app/blob/${'a'.repeat(40)}/.github/repowatch.yml#L4) (line 4) | [would have run once](https://watch.example.com/validations/1) |`,
    );
    const open = summarizeVerdict(verdict, { ...audience, isPublic: true });
    expect(open).not.toContain('internal-audit');
    expect(open).toContain('1 added, 0 changed, 1 removed, 0 as before, 1 from other files.');
  });

  test('tells the public nothing of what layers in other repositories say', () => {
    const refused = {
      ...problem,
      code: 'not_allowed_by_layer',
      message: '`watches.a` is not allowed here. Calls to ci.internal only.',
      hint: 'ci.internal',
    } as const;
    expect(JSON.stringify(censorProblem(refused, { isPublic: true }))).not.toContain('ci.internal');
    expect(censorProblem(refused, { isPublic: false }).message).toContain('ci.internal');
    const extended = {
      ...problem,
      path: 'extends',
      message: '`extends` names `x@main`, whose file has errors (f:1:1: `secret-name`). Mend it there.',
    };
    expect(censorProblem(extended, { isPublic: true }).message).toBe('`extends` names `x@main`, whose file has errors. Mend it there.');
  });

  test('masks tokens and reaches nobody by name', () => {
    const token = `ghp_${'a'.repeat(36)}`;
    const censored = censorProblem({ ...problem, message: `\`${token}\` of @acme/owners` }, audience);
    const [annotation] = toAnnotations([censored]);
    expect(JSON.stringify([annotation, summarizeVerdict({ ...verdict, problems: [censored] }, audience)])).not.toMatch(/ghp_a|@acme/);
    expect(annotation).toMatchObject({
      path: '.github/repowatch.yml',
      start_line: 3,
      end_line: 3,
      start_column: 5,
      annotation_level: 'failure',
    });
  });
});
