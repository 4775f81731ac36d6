import type { Annotation } from '../actions/github-check-run.ts';
import { escapeMarkdown, codeSpan, messageToMarkdown } from '../core/markdown.ts';
import { redactPayload } from '../core/redact-payload.ts';
import type { ValidationConclusion } from '../core/statuses.ts';
import type { Problem } from '../watches/problems.ts';
import { configPath } from './config-path.ts';
import { lineAddress, type Preview, type PreviewedWatch } from './preview-config.ts';

/** What was found out about one version of a configuration. */
export interface Verdict {
  conclusion: ValidationConclusion;
  blobSha: string | null;
  /** Errors and warnings in the order of the file. */
  problems: Problem[];
  /** How many watches the file declares itself. */
  watches: number;
  preview: Preview | null;
}

/** Where a verdict is told, and who can read it there. */
export interface Audience {
  fullName: string;
  sha: string;
  githubUrl: string;
  /** True where everybody reads what is said: then nothing of other, private repositories is in it. */
  isPublic: boolean;
  fromFork: boolean;
  onDefaultBranch: boolean;
  /** Our page about it; undefined when it must not be told. */
  detailsUrl: string | undefined;
}

/** How many problems and watches stand in the text; annotations have all problems. */
const maxListed = 30;

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;

/** One line about a verdict: the title of a check run, the description of a status. */
export function describeVerdict({ conclusion, problems, watches, preview }: Verdict): string {
  if (conclusion === 'neutral') return `There is no ${configPath} here`;
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  const counted = [...(errors > 0 ? [count(errors, 'error')] : []), ...(warnings > 0 ? [count(warnings, 'warning')] : [])].join(', ');
  if (conclusion === 'failure') return `Not valid: ${counted}`;
  const simulated =
    preview && preview.changes > 0 ? `; would have run ${times(preview.runs)} on the last ${count(preview.changes, 'change')}` : '';
  return `Valid: ${count(watches, 'watch').replace('watchs', 'watches')}${counted === '' ? '' : `, ${counted}`}${simulated}`;
}

const times = (number: number) => (number === 1 ? 'once' : `${number} times`);

/**
 * A problem as it may be told to its audience: tokens that somebody wrote into the file are masked, mentions reach nobody,
 * and the public hears nothing of what layers in other repositories say.
 */
export function censorProblem(problem: Problem, { isPublic }: Pick<Audience, 'isPublic'>): Problem {
  const message =
    isPublic && problem.code === 'not_allowed_by_layer' ? `\`${problem.path}\` is not allowed here by a layer above.` : problem.message;
  const told = isPublic && problem.path === 'extends' ? message.replace(/ \(.*\)/su, '') : message;
  const hint = told === problem.message ? problem.hint : '';
  return { ...problem, message: mask(told), hint: mask(hint) };
}

function mask(text: string): string {
  return String(redactPayload({ text })['text']);
}

/** What GitHub shows at the lines of the file. */
export function toAnnotations(problems: readonly Problem[]): Annotation[] {
  return problems.map(({ line, column, severity, message, hint, code }) => ({
    path: configPath,
    start_line: line,
    end_line: line,
    start_column: column,
    end_column: column,
    annotation_level: severity === 'error' ? 'failure' : 'warning',
    title: code,
    message: breakMentions(hint === '' || message.includes(hint) ? message : `${message}\n${hint}`).slice(0, 10_000),
  }));
}

/** Annotations are no markdown, but people quote them where they are. */
function breakMentions(text: string): string {
  return text.toWellFormed().replaceAll('@', '@\u200b');
}

/** The text of a check run: what is wrong, what would change, what it would have done. Markdown. */
export function summarizeVerdict(verdict: Verdict, audience: Audience): string {
  const { conclusion, problems, preview } = verdict;
  const parts = [
    conclusion === 'neutral' ? 'This commit has no configuration: nothing of its own would be in force.' : explain(conclusion, audience),
    ...(problems.length > 0 ? [listProblems(problems, audience)] : []),
    ...(preview ? [showPreview(preview, audience)] : []),
    ...(audience.detailsUrl === undefined ? [] : [`[More in RepoWatch](${audience.detailsUrl})`]),
  ];
  return parts.join('\n\n');
}

function explain(conclusion: ValidationConclusion, { fromFork, onDefaultBranch }: Audience): string {
  const file = codeSpan(configPath);
  if (fromFork)
    return `${file} comes from a fork: only what it says was checked. It has no effect, is not tried out, and sees no secret; only the default branch of this repository counts.`;
  if (conclusion === 'success')
    return onDefaultBranch
      ? `${file} is valid. It comes into force within seconds.`
      : `${file} is valid. It has no effect before it is on the default branch.`;
  return onDefaultBranch
    ? `${file} is not valid. What was in force before stays in force.`
    : `${file} is not valid. On the default branch it would not come into force, and what is in force now would stay.`;
}

function listProblems(problems: readonly Problem[], { githubUrl, fullName, sha, fromFork }: Audience): string {
  const lines = problems.slice(0, maxListed).map(({ line, column, severity, message }) => {
    const place = `${configPath}:${line}:${column}`;
    const shown = fromFork ? codeSpan(place) : `[${codeSpan(place)}](${lineAddress(githubUrl, { fullName, sha, line })})`;
    return `- ${severity === 'error' ? '**Error**' : 'Warning'} ${shown} ${messageToMarkdown(message)}`;
  });
  const more = problems.length > maxListed ? [`- and ${problems.length - maxListed} more, at their lines`] : [];
  return ['### Problems', '', ...lines, ...more].join('\n');
}

function showPreview(preview: Preview, audience: Audience): string {
  // What other repositories declare is not the public's business.
  const shown = preview.watches.filter(({ own }) => !audience.isPublic || own);
  const hidden = preview.watches.length - shown.length;
  const changed = shown.filter(({ change }) => change !== 'same');
  const same = shown.length - changed.length;
  const rows = [...changed, ...shown.filter(({ change }) => change === 'same')]
    .slice(0, maxListed)
    .map((watch) => showRow(watch, audience));
  const here = preview.changes === 0 ? 'Nothing has happened here yet to try it on.' : '';
  const intro =
    preview.changes === 0
      ? here
      : `Would have run ${times(preview.runs)} on the last ${count(preview.changes, 'change')}, here. Nothing was sent.`;
  const counted = ['added', 'changed', 'removed'].map((word) => `${changed.filter(({ change }) => change === word).length} ${word}`);
  const total = `Watches: ${counted.join(', ')}, ${same} as before${hidden > 0 ? `, ${hidden} from other files` : ''}.`;
  const table = ['| | watch | on the last changes |', '| --- | --- | --- |', ...rows];
  return ['### What would change', '', total, '', intro, ...(rows.length > 0 ? ['', ...table] : [])].join('\n');
}

function showRow({ id, name, change, line, mode, runs }: PreviewedWatch, { githubUrl, fullName, sha, detailsUrl }: Audience): string {
  const label = codeSpan(id);
  const shown = line === null ? label : `[${label}](${lineAddress(githubUrl, { fullName, sha, line })}) (line ${line})`;
  const called = name === null || name === id ? '' : ` ${escapeMarkdown(name)}`;
  const would = `would have run ${times(runs)}`;
  const linked = detailsUrl === undefined ? would : `[${would}](${detailsUrl})`;
  const effect = change === 'removed' ? '' : mode === 'off' ? 'is off' : mode === 'dry-run' ? `${linked}, only for show` : linked;
  return `| ${change === 'same' ? '' : change} | ${shown}${called} | ${effect} |`;
}
