import type { ApiObject } from './test-app.ts';

/** What the API shows of what a watch said. */
export interface Verdict {
  key: string;
  matched: boolean;
  clause: string | null;
  reason: string | null;
  line: number | null;
  column: number | null;
  origin: string | null;
}

/** What the API shows of a file that was tried out. */
export interface Tried {
  status: string;
  summary: string;
  problems: ApiObject[];
  watches: { id: string; layer: string; runs: number; refused: Record<string, number> }[];
  changes: {
    id: string | null;
    sentence: string;
    would_run: string[];
    considered: Verdict[];
    steps: Record<string, ApiObject[]> | null;
  }[];
  missing: string[];
}

/** What the API shows of a change. */
export interface Detail {
  considered: Verdict[];
  considered_pruned_at: string | null;
  notes: string[];
  runs: { id: string; watch: { key: string } }[];
}

/** What the API shows of why a watch did not run. */
export interface Why {
  watch: ApiObject;
  obstacles: { code: string; message: string }[];
  data: { verdict: string; clause: string | null; line: number | null; column: number | null; runs: ApiObject[]; change: { id: string } }[];
}
