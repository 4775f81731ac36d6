import { z } from 'zod';
import { openedPull } from './github-work.ts';

const branch = z
  .string()
  .regex(
    /^(?!.*(?:\.\.|\/\/|@\{|\.lock(?:\/|$)|\/\.))[^\s~^:?*[\\\p{Cc}./-][^\s~^:?*[\\\p{Cc}]{0,198}(?<![./])$/u,
    'is no name that git takes for a branch',
  );

/** A version of the configuration that is proposed on GitHub. */
export const configProposalBody = z.strictObject({
  content: z.string().max(131_072).describe('The text of the file'),
  base_sha: z
    .string()
    .regex(/^[0-9a-f]{40,64}$/, 'must be the name of a blob, as `config_sha` has it')
    .nullable()
    .describe(
      'The blob that the text was made from, as `GET …/config` names it; null where there was no file. Another one by now is a conflict',
    ),
  title: z.string().trim().min(1).max(250).describe('Of the pull request and of its commit'),
  message: z.string().max(60_000).default('').describe('The text of the pull request, Markdown'),
  branch: branch.optional().describe('Made from the default branch; without it a name that follows from the content'),
  draft: z.boolean().default(false),
});

/** The pull request with the file. */
export const configProposal = openedPull.extend({
  branch: z.string(),
  commit_sha: z.string().describe('The commit with the file'),
});
