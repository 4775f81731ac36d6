import type { ErrorCode } from '../core/error-catalogue.ts';

/** How bad a finding is, the worst last. */
const findingLevels = ['ok', 'warning', 'problem'] as const;
type FindingLevel = (typeof findingLevels)[number];

/** One thing that was looked at, and what it came to. */
export interface Finding {
  /** What was looked at; the same at every look. */
  id: string;
  level: FindingLevel;
  /** A code of the error catalogue where one says it. */
  code: ErrorCode | null;
  what: string;
  /** What a person does about it; null when there is nothing to do. */
  remedy: string | null;
}

/** Everything that was looked at. */
export interface DoctorReport {
  /** The worst level of all findings. */
  status: FindingLevel;
  checkedAt: Date;
  findings: Finding[];
}

/** What to do, with a code of the catalogue where one says what is wrong. */
type Advice = string | { remedy: string; code: ErrorCode | null };

/** Something that is as it should be. */
export function fine(id: string, what: string): Finding {
  return { id, level: 'ok', code: null, what, remedy: null };
}

/** Something that works and could be better, or may not work one day. */
export function warning(id: string, what: string, advice: Advice): Finding {
  return { id, level: 'warning', what, code: null, ...(typeof advice === 'string' ? { remedy: advice } : advice) };
}

/** Something that does not work. */
export function problem(id: string, what: string, advice: Advice): Finding {
  return { id, level: 'problem', what, code: null, ...(typeof advice === 'string' ? { remedy: advice } : advice) };
}

/** Puts findings together, with the worst level of all as the word for the whole. */
export function summarize(findings: Finding[], checkedAt: Date): DoctorReport {
  const worst = Math.max(0, ...findings.map(({ level }) => findingLevels.indexOf(level)));
  return { status: findingLevels[worst] ?? 'ok', checkedAt, findings };
}
