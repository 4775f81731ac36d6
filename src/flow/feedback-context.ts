import type { Writer } from '../github/writer.ts';
import type { Context } from './context.ts';

/** What telling people on GitHub needs beside the rest. */
export interface FeedbackContext extends Context {
  writer: Writer;
  /** The address of one of our pages; undefined where it must not be told: strangers get only an address that the operator chose. */
  linkTo: (path: string, audience: { isStrange: boolean }) => string | undefined;
  /** How long the default branch may be broken before an issue tells it; null for never. Milliseconds. */
  issueAfterMs: number | null;
}
