import type { CompatibilityBody } from '../changes/compatibility-bodies.ts';

/** The plain-JSON facts of a run. `change`, `repository` and so on are what the configuration's contexts show. */
export interface RunFacts {
  run: { id: string; watch: string; replay: boolean };
  change: Record<string, unknown>;
  repository: Record<string, unknown>;
  ref: Record<string, unknown> | null;
  before: string | null;
  after: string | null;
  commit: Record<string, unknown> | null;
  commits: Record<string, unknown>[];
  actor: Record<string, unknown> | null;
  installation: Record<string, unknown>;
  /** The project whose watch it is; null or absent for a watch of one repository. */
  project?: Record<string, unknown> | null;
  /** The watch's parameters for the branch of the change, by name. */
  params: Readonly<Record<string, string | number | boolean>>;
  /** The raw payload; an empty object when the change did not come with one. */
  event: Record<string, unknown>;
  /** The delivery of GitHub that the payload came with; null when there was none, or nothing of the watch looks at payloads. */
  delivery?: { guid: string; event: string } | null;
  /** The change as the older system told it, for webhooks in its format; none for what it had no word for. */
  readonly compatibility?: readonly CompatibilityBody[];
}
