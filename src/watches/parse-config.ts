import { checkActions } from './check-actions.ts';
import { checkExpressions } from './check-expressions.ts';
import { configSchema, type ConfigFile, type StepKind } from './config-schema.ts';
import type { Finding, Problem } from './problems.ts';
import { readYaml } from './read-yaml.ts';
import { checkSchema } from './schema-findings.ts';
import { createYamlDocument, type YamlDocument } from './yaml-document.ts';

/** A valid configuration file. Plain JSON. */
export interface Config {
  /** Where it came from, for messages. */
  path: string | undefined;
  file: ConfigFile;
  /** The line of each watch in the file, from 1. */
  lines: Record<string, number>;
}

/** What a configuration file is: usable, or everything that is wrong with it in the order of the file. */
export type ConfigResult = { status: 'ok'; config: Config } | { status: 'invalid'; problems: Problem[] };

const maxProblems = 50;
/** Findings that are looked up in the file; a file with more is hardly written by people. */
const maxFindings = 1000;

/**
 * Reads `.github/repowatch.yml` (config-language.md). Never throws for what is in the text: a file that is no YAML gives one problem,
 * any other all of them, at most 50. Whether there is a file at all is the caller's business.
 */
export function parseConfig(text: string | Uint8Array, options: { kinds: readonly StepKind[]; path?: string }): ConfigResult {
  const yaml = readYaml(text);
  if (!yaml.ok) return { status: 'invalid', problems: [yaml.problem] };
  const created = createYamlDocument(yaml.value);
  if (!created.ok) return { status: 'invalid', problems: [created.problem] };
  const document = created.value;
  if (document.value === null)
    return invalid(document, [
      { path: [], message: 'The file is empty. Begin with `version: 1` and `watches:`.', code: 'config_key_missing' },
    ]);
  const schema = checkSchema(configSchema, document.value);
  const findings = [
    ...(schema.ok ? [] : schema.findings),
    ...checkActions(document.value, options.kinds),
    ...checkExpressions(document.value, options.kinds),
  ];
  if (!schema.ok || findings.length > 0) return invalid(document, findings);
  const lines = Object.keys(schema.value.watches).map((id): [string, number] => [
    id,
    document.locate({ path: ['watches', id], message: '', code: 'config_invalid', atKey: true }).line,
  ]);
  return { status: 'ok', config: { path: options.path, file: schema.value, lines: Object.fromEntries(lines) } };
}

function invalid(document: YamlDocument, findings: Finding[]): ConfigResult {
  const problems = new Map<string, Problem>();
  for (const finding of findings.slice(0, maxFindings)) {
    const problem = document.locate(explainCut(document, finding));
    // One mistake under an alias is found at every use.
    const key = [problem.line, problem.column, problem.code, finding.path.at(-1)].join(':');
    if (!problems.has(key)) problems.set(key, problem);
  }
  const sorted = [...problems.values()].sort((a, b) => a.line - b.line || a.column - b.column);
  return { status: 'invalid', problems: sorted.slice(0, maxProblems) };
}

/** The usual cause of an expression without its end. */
function explainCut(document: YamlDocument, finding: Finding): Finding {
  if (finding.code !== 'expression_invalid' || !finding.message.includes('no `}}`') || !document.isCutByComment(finding.path))
    return finding;
  return {
    ...finding,
    message: 'In YAML ` #` begins a comment and cuts this value, so its `${{` is never closed. Put the value in quotes.',
  };
}
