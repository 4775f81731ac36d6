import { z } from 'zod';
import { githubIdSchema } from '../facts.ts';
import { ignored, type Ignored, type InstallationRef, type Translation } from '../translation.ts';

/** What every translator is: a pure function of one payload. */
export type Translator = (payload: Record<string, unknown>) => Translation;

const maxShown = 80;

/** Text of a stranger for use inside a reason: quoted, and cut when it is long (handbook C18). */
export function quote(text: string): string {
  return JSON.stringify(text.length > maxShown ? `${text.slice(0, maxShown)}…` : text);
}

function describeIssues(error: z.ZodError): string {
  const first = error.issues[0];
  const path = first?.path.join('.');
  return `${path ? `"${path}"` : 'the payload'}: ${first?.message ?? 'not understood'}`;
}

/** Reads the part of a payload that the schema names, or says which path is missing or of the wrong kind. */
export function readPayload<Schema extends z.ZodType>(
  event: string,
  schema: Schema,
  payload: unknown,
): { read: z.output<Schema> } | { read?: undefined; refusal: Ignored } {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return { read: parsed.data };
  const reason = `The payload of ${event} must carry other data than this one at ${describeIssues(parsed.error)}`;
  return { refusal: ignored('unexpected_payload', reason) };
}

const installationRefSchema = z.object({ installation: z.object({ id: githubIdSchema }) });

/** The installation a delivery was sent to; deliveries of plain repository hooks name none (handbook A24). */
export function findInstallation(payload: Record<string, unknown>): InstallationRef | undefined {
  const parsed = installationRefSchema.safeParse(payload);
  return parsed.success ? { github_id: parsed.data.installation.id } : undefined;
}

/** In bytes. GitHub takes names of branches and tags up to 255; an index of Postgres takes no more than some 2,700. */
const maxRefNameBytes = 1000;

/** True for a name that a branch or tag on GitHub can have, by its length. */
export function isRefName(name: string): boolean {
  return Buffer.byteLength(name) <= maxRefNameBytes;
}

/** The answer for a delivery about a ref whose name no git server takes. */
export function longRefName(name: string): Ignored {
  return ignored('ref_not_tracked', `The name ${quote(name)} has ${Buffer.byteLength(name)} bytes, more than a branch or tag can have`);
}

/** The answer for a delivery without an installation. */
export function withoutInstallation(event: string): Ignored {
  return ignored(
    'no_installation',
    `This ${event} delivery names no installation of the App: it comes from a webhook of the repository or organisation itself, not from the App`,
  );
}

/** The answer for an action that RepoWatch does not act on; new ones appear without notice (handbook A20). */
export function unhandledAction(event: string, action: unknown): Ignored {
  const what = typeof action === 'string' ? `the action ${quote(action)}` : 'a delivery without an action';
  return ignored('unhandled_action', `RepoWatch does not act on ${what} of the event "${event}"`);
}
