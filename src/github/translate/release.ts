import { z } from 'zod';
import type { ReleaseChangeType } from '../../changes/release-change.ts';
import { githubIdSchema, repositorySchema } from '../facts.ts';
import { ignored, type Translation } from '../translation.ts';
import { once, repeated, toggled, type Meaning } from '../meaning.ts';
import { bodyText, editedText, flag, names, person, shortText, timeText } from './payload-parts.ts';
import { findInstallation, quote, readPayload, unhandledAction, withoutInstallation } from './read-payload.ts';

/** GitHub says up to four times that a release is out; whichever comes first is the change, the others are known (features.md R075). */
const types = new Map<unknown, ReleaseChangeType>([
  ['published', 'release.published'],
  ['created', 'release.published'],
  ['prereleased', 'release.published'],
  ['released', 'release.published'],
  ['edited', 'release.edited'],
  ['deleted', 'release.deleted'],
  ['unpublished', 'release.unpublished'],
]);

const payloadSchema = z.object({
  repository: repositorySchema,
  sender: person,
  release: z.object({
    id: githubIdSchema,
    tag_name: z.string().max(1_000),
    name: shortText,
    body: bodyText,
    draft: flag,
    prerelease: flag,
    target_commitish: shortText,
    html_url: shortText,
    author: person,
    assets: names,
    created_at: timeText,
    updated_at: timeText,
    published_at: timeText,
  }),
  changes: z.object({ name: editedText, body: editedText, tag_name: editedText }).nullish().catch(null),
});
type Payload = z.output<typeof payloadSchema>;

/** A release is published once, and again only after it was unpublished; edits are told apart by GitHub's time, or by the GUID where it sends none. */
function toMeaning(type: ReleaseChangeType, { release, changes }: Payload): Meaning {
  if (type === 'release.deleted') return once(type, release.id);
  if (type === 'release.edited') return repeated(type, release.id, { what: [changes, release], at: release.updated_at });
  return toggled(type, release.id);
}

/** A release came out, was changed, or went away. */
export function translateRelease(payload: Record<string, unknown>): Translation {
  const type = types.get(payload['action']);
  if (!type) return unhandledAction('release', payload['action']);
  const installation = findInstallation(payload);
  if (!installation) return withoutInstallation('release');
  const result = readPayload('release', payloadSchema, payload);
  if (!result.read) return result.refusal;
  const { read } = result;
  if (read.release.draft && type !== 'release.unpublished')
    return ignored('nothing_to_tell', `The release ${quote(read.release.tag_name)} is a draft: nothing is out yet`);
  const { updated_at: _, ...release } = read.release;
  const { name, body, tag_name: tagName } = read.changes ?? {};
  const from = {
    ...(name === undefined ? {} : { name }),
    ...(body === undefined ? {} : { body }),
    ...(tagName === undefined ? {} : { tag_name: tagName }),
  };
  return {
    result: 'noun',
    repository: read.repository,
    installation,
    actor: read.sender,
    change: { type, data: { release, from: type === 'release.edited' ? from : {} } },
    meaning: toMeaning(type, read),
  };
}
