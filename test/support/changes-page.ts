import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { compatibilityNames } from '../../src/changes/compatibility-names.ts';
import { changeNouns } from '../../src/changes/nouns.ts';
import { listChangeKinds, type ChangeKind } from '../../src/http/change-catalogue.ts';

/** Where the page is. */
const changesPage = fileURLToPath(new URL('../../docs/changes.md', import.meta.url));

const intro = `# Changes

A change is what happened, in RepoWatch's words. Watches choose changes by their type, webhooks tell them, \`GET /api/changes\` lists them. This page is
written from the code; \`GET /api/meta/changes\` answers the same with JSON Schemas.

## The body of a webhook

Without a \`body\` of its own a webhook step sends \`{ "type", "timestamp", "data" }\`. In \`data\` are \`change_id\`, \`origin\`, \`repository\`, \`actor\`, \`run_id\`, \`watch\`, and the
facts of the type that are shown below. Nothing else is in it: each type has a JSON Schema without further properties (\`schema\` in \`GET /api/meta/changes\`).
Texts of people are cut to 1,000 characters there, names in lists to 100 bytes, and lists to 100 names; \`data\` of \`GET /api/changes/:id\` has them longer.

In expressions the same facts are below \`change\`, and the things themselves are contexts: \`pull_request\`, \`issue\`, \`comment\`, \`release\`, \`member\`.

## What never leaves

A change carries chosen fields only; an account's e-mail address is not one of them. The raw payload, which expressions and scripts know as \`event\`, is offered
without keys that hold credentials (\`token\`, \`secret\`, \`password\`, \`private_key\`, \`authorization\`, \`api_key\`, \`credential\`, \`cookie\`, also as the last part of a longer key), without e-mail
addresses of accounts, and with \`***\` for tokens of GitHub and private keys inside texts. The address of a commit's author or committer stays: it is published with the
commit.

## Once

The same thing is one change, however many deliveries tell it: a redelivery, a second webhook, recovery.

| what | is the same when |
| --- | --- |
| a branch or tag | it moves between the same two heads, at the same place of its history |
| opened, merged, deleted, transferred; a comment made or deleted | it is the same pull request, issue or comment: it happens once |
| labels, people, reviews, milestones, closed and reopened, locked, pinned, drafts, the merge queue | it is the same thing, label or person, at the same second by GitHub. After its opposite it counts again, also within that second |
| synchronize, edited | heads or texts, and the time, are the same; where GitHub gives no time, the delivery's GUID is |
| a release | it is the same release. GitHub sends up to four events when it comes out; whichever comes first counts. After \`unpublished\` it can be published again |
| a collaborator | it is the same person; added and removed take turns. Edits have neither number nor time: their GUID tells them apart |
| the repository | it is the same delivery |

A draft of a release is no change, and neither is a pull request that GitHub shows among the issues. What RepoWatch's own bot did is a change, but starts
only watches with \`include_self: true\`.

Changes to the installation belong to the owner's \`.github\` repository. When that is not tracked, only the delivery tells of them.
`;

const code = (words: readonly string[]) => words.map((word) => `\`${word}\``).join(', ') || '–';

function section(noun: (typeof changeNouns)[number], kinds: readonly ChangeKind[]): string {
  const rows = kinds.map((kind) => `| \`${kind.type}\` | ${kind.description} | ${code(kind.triggers)} |`);
  const [first] = kinds;
  return [
    `## \`${noun.name}\``,
    ['| type | when | triggers |', '| --- | --- | --- |', ...rows].join('\n'),
    `"${first!.sentence}"`,
    ['```json', JSON.stringify(first!.sample, null, 2), '```'].join('\n'),
    fields(first!),
  ].join('\n\n');
}

interface FieldSchema {
  description?: string;
  properties?: Record<string, FieldSchema>;
  anyOf?: FieldSchema[];
}

/** The fields that need a word, by their path. */
function fields({ schema }: ChangeKind): string {
  const rows: string[] = [];
  const visit = (path: string, field: FieldSchema) => {
    for (const [name, inner] of Object.entries(field.properties ?? {})) {
      const here = path === '' ? name : `${path}.${name}`;
      if (inner.description !== undefined) rows.push(`| \`${here}\` | ${inner.description.replaceAll('|', String.raw`\|`)} |`);
      for (const each of [inner, ...(inner.anyOf ?? [])]) visit(here, each);
    }
  };
  const data = (schema['properties'] as Record<string, FieldSchema>)['data']!;
  const { origin: _, actor: __, ...own } = data.properties ?? {};
  visit('', { properties: own });
  return rows.length === 0 ? '' : ['| field | meaning |', '| --- | --- |', ...rows].join('\n');
}

function olderNames(): string {
  const rows = [...compatibilityNames]
    .filter(([name]) => !name.includes('.') || name === 'action.failed')
    .map(
      ([name, { types, meaning }]) =>
        `| \`${name}\` | ${meaning} | ${types.length > 4 ? `\`${types[0]!.split('.')[0]!}.*\`` : code(types)} |`,
    );
  return [
    '## Names of older systems',
    'Lists of events take these names too. `issues.opened` is `issue.opened` and `comment.created` is `issue_comment.created`, and so on for their other types. An unknown name is refused with the valid ones.',
    ['| name | meaning | types |', '| --- | --- | --- |', ...rows].join('\n'),
    'Names in upper case also have bodies of their own (`compatibility_bodies` in `GET /api/meta/changes`): `{ event, projectId, owner, projectName, hookId, data }`. A push becomes one `COMMIT` for each commit that is new in the repository – `{ repo, commit_hash, branch, author, message, user }` – and then the move of the branch. Other than in the older system hashes are git’s, without `#`; `BRANCH_HASH_UPDATED` says `forced`; and a moved tag is a `TAG_DELETED` and a `TAG_CREATED`.',
  ].join('\n\n');
}

/** The page as it has to be. */
export async function renderChangesPage(): Promise<string> {
  const kinds = listChangeKinds();
  const sections = changeNouns.map((noun) =>
    section(
      noun,
      kinds.filter((kind) => kind.noun === noun.name),
    ),
  );
  const text = [intro, ...sections, olderNames()].join('\n\n');
  return await format(text, { ...(await resolveConfig(changesPage)), filepath: changesPage });
}

/** The page as it is. */
export async function readChangesPage(): Promise<string> {
  return await readFile(changesPage, 'utf8').catch(() => '');
}

// "node test/support/changes-page.ts" writes it after a change of the vocabulary.
if (import.meta.main) await writeFile(changesPage, await renderChangesPage());
