import { checkActions } from './check-actions.ts';
import { checkExpressions } from './check-expressions.ts';
import { checkLayers } from './check-layers.ts';
import { checkLimits, type Limits } from './check-limits.ts';
import { checkMachines } from './check-machines.ts';
import { checkSecrets } from './check-secrets.ts';
import { configSchema, organizationSchema, type ConfigFile, type StepKind } from './config-schema.ts';
import { listWatches } from './list-watches.ts';
import { valueAt, type Finding, type Problem } from './problems.ts';
import { readYaml } from './read-yaml.ts';
import { checkSchema } from './schema-findings.ts';
import { explainTriggers } from './trigger-words.ts';
import { createYamlDocument, type YamlDocument } from './yaml-document.ts';

/** A valid configuration file. Plain JSON. */
export interface Config {
  /** Where it came from, for messages. */
  path: string | undefined;
  file: ConfigFile;
  /** The line of each watch in the file, from 1. */
  lines: Record<string, number>;
  /** Where `extends` stands; absent without it. */
  extendsAt?: { line: number; column: number };
}

/** What a configuration file is: usable, or everything that is wrong with it in the order of the file. Warnings stop nothing. */
export type ConfigResult =
  { status: 'ok'; config: Config; warnings: Problem[] } | { status: 'invalid'; problems: Problem[]; warnings: Problem[] };

/** How a file is read. */
export interface ParseOptions {
  kinds: readonly StepKind[];
  path?: string;
  /** Whether it is the organisation's file, which can say more. */
  organization?: boolean;
  /** What layers below let this repository do; default: everything. */
  limits?: Limits;
  /** The most problems that are answered; 50 when it is not said. */
  maxProblems?: number;
}

const defaultMaxProblems = 50;
/** Findings that are looked up in the file; a file with more is hardly written by people. */
const maxFindings = 1000;

/**
 * Reads `.github/repowatch.yml` (config-language.md). Never throws for what is in the text: a file that is no YAML gives one problem,
 * any other all of them, at most 50. Whether there is a file at all is the caller's business.
 */
export function parseConfig(text: string | Uint8Array, options: ParseOptions): ConfigResult {
  const yaml = readYaml(text);
  if (!yaml.ok) return { status: 'invalid', problems: [yaml.problem], warnings: [] };
  const created = createYamlDocument(yaml.value);
  if (!created.ok) return { status: 'invalid', problems: [created.problem], warnings: [] };
  const document = created.value;
  if (document.value === null) {
    const empty: Finding = { path: [], message: 'The file is empty. Begin with `version: 1` and `watches:`.', code: 'config_key_missing' };
    return { status: 'invalid', problems: locateAll(document, [empty]), warnings: [] };
  }
  const warnings = locateAll(document, checkWarnings(document, options.kinds), options.maxProblems);
  const { findings, file } = check(document.value, options);
  if (!file || findings.length > 0) return { status: 'invalid', problems: locateAll(document, findings, options.maxProblems), warnings };
  const lines = listWatches(document.value).map(({ path }): [string, number] => [
    String(path.at(-1)),
    document.locate({ path, message: '', code: 'config_invalid', atKey: true }).line,
  ]);
  const config: Config = { path: options.path, file, lines: Object.fromEntries(lines) };
  if (file.extends !== undefined) {
    const { line, column } = document.locate({ path: ['extends'], message: '', code: 'config_invalid', atKey: true });
    config.extendsAt = { line, column };
  }
  return { status: 'ok', config, warnings };
}

function check(
  value: unknown,
  { kinds, organization = false, limits }: ParseOptions,
): { findings: Finding[]; file: ConfigFile | undefined } {
  const schema = checkSchema(organization ? organizationSchema : configSchema, value);
  const findings = [
    ...(schema.ok ? [] : explainTriggers(schema.findings, value)),
    ...checkActions(value, kinds),
    ...checkExpressions(value, kinds),
    ...checkMachines(value, kinds),
    ...(organization ? checkLayers(value, kinds) : []),
    ...(limits ? checkLimits(value, limits) : []),
  ];
  return { findings, file: schema.ok ? schema.value : undefined };
}

function checkWarnings(document: YamlDocument, kinds: readonly StepKind[]): Finding[] {
  const cuts = document.listCuts().map(({ path, cut }): Finding => {
    const text = cut.slice(0, 50);
    return {
      path,
      message: `In YAML \` #\` begins a comment, so \`${text}\` is not part of this value. Put the value in quotes when it is, or leave a blank after the \`#\`.`,
      code: 'config_comment_cut',
      severity: 'warning',
    };
  });
  return [...checkSecrets(document.value, kinds), ...cuts];
}

function locateAll(document: YamlDocument, findings: Finding[], maxProblems = defaultMaxProblems): Problem[] {
  const problems = new Map<string, Problem>();
  for (const finding of findings.slice(0, maxFindings)) {
    const problem = document.locate(explainCut(document, finding));
    // One mistake under an alias is found at every use.
    const key = [problem.line, problem.column, problem.code, finding.path.at(-1)].join(':');
    if (!problems.has(key)) problems.set(key, problem);
  }
  const sorted = [...problems.values()].sort((a, b) => a.line - b.line || a.column - b.column);
  return sorted.slice(0, maxProblems);
}

/** The usual cause of an expression without its end, and of a value that is not there. */
function explainCut(document: YamlDocument, finding: Finding): Finding {
  if (finding.severity === 'warning' || !document.isCutByComment(finding.path)) return finding;
  const comment = 'In YAML ` #` begins a comment';
  if (finding.code === 'expression_invalid') {
    if (finding.message.includes('no `}}`'))
      return { ...finding, message: `${comment} and cuts this value, so its \`\${{\` is never closed. Put the value in quotes.` };
    const text = valueAt(document.value, finding.path);
    const isOpen = typeof text === 'string' && (text.split("'").length % 2 === 0 || text.split('(').length !== text.split(')').length);
    return isOpen ? { ...finding, message: `${comment} and cuts this expression in the middle. Put the value in quotes.` } : finding;
  }
  return finding.message.includes(' is empty')
    ? { ...finding, message: `${finding.message} ${comment}: put the value in quotes.` }
    : finding;
}
