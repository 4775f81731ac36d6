import { z } from 'zod';
import { defineNoun, type SentenceSubject } from './noun.ts';
import { personSchema, samplePerson } from './person.ts';
import { shown } from './strangers-text.ts';

const types = {
  'release.published': 'A release or pre-release is out. Once per release, however many events GitHub sends about it.',
  'release.edited': 'A release was changed; `from` has what was there before. A pre-release that becomes a release is edited.',
  'release.deleted': 'A release was deleted.',
  'release.unpublished': 'A release became a draft again. Publishing it once more is a new `release.published`.',
} as const;

export type ReleaseChangeType = keyof typeof types;

/** The type words of changes to releases. */
export const releaseChangeTypes = Object.keys(types) as ReleaseChangeType[];

/** What is stored with a change to a release. */
const releaseChangeData = z.strictObject({
  release: z
    .strictObject({
      id: z.string(),
      tag_name: z.string(),
      name: z.string().nullable(),
      body: z.string().nullable().describe('At most 65,536 characters'),
      draft: z.boolean(),
      prerelease: z.boolean(),
      target_commitish: z.string().nullable().describe('The branch or sha that the tag is made from'),
      html_url: z.string().nullable(),
      author: personSchema.nullable().describe('Null when the account was deleted'),
      assets: z.array(z.string()).describe('File names'),
      created_at: z.string().nullable(),
      published_at: z.string().nullable(),
    })
    .describe('The release after the change'),
  from: z
    .strictObject({ name: z.string().nullable().optional(), body: z.string().nullable().optional(), tag_name: z.string().optional() })
    .describe('What `edited` changed, as it was before'),
});
export type ReleaseChangeData = z.output<typeof releaseChangeData>;

function sample(type: ReleaseChangeType): ReleaseChangeData {
  const draft = type === 'release.unpublished';
  return {
    release: {
      id: '3301',
      tag_name: 'v2.0.0',
      name: 'Version 2',
      body: 'SOC-7, SOC-9: settings come from one table.',
      draft,
      prerelease: false,
      target_commitish: 'main',
      html_url: 'https://github.com/acme/app/releases/tag/v2.0.0',
      author: samplePerson,
      assets: ['app-2.0.0.tgz'],
      created_at: '2026-11-20T09:30:00Z',
      published_at: draft ? null : '2026-11-21T10:00:00Z',
    },
    from: type === 'release.edited' ? { name: 'Version two' } : {},
  };
}

function describe({ type, who, repository, data: { release } }: SentenceSubject<ReleaseChangeType, ReleaseChangeData>): string {
  const kind = release.prerelease ? 'pre-release' : 'release';
  return `${who} ${type.slice('release.'.length)} ${kind} ${shown(release.tag_name)} of ${repository}`;
}

/** Changes to releases. */
export const releaseNoun = defineNoun({ name: 'release', types, data: releaseChangeData, sample, describe });
