import { pageList } from './page-list.ts';
import type { PageRow } from './page-row.ts';
import { canariesOf, type Words } from './words.ts';
import type { Role, WebWorld } from './web-world.ts';

/** Who must not see a tenant's pages, or only some. */
export const lookers = ['visitor', 'viewer', 'stranger', 'rival'] as const;

type Looker = (typeof lookers)[number];

/** What the page answers for somebody. */
export function expectedAnswer({ kind, answers }: PageRow, looker: Looker): number {
  if (kind === 'open') return looker === 'visitor' ? 200 : 303;
  if (looker === 'visitor') return kind === 'part' ? 401 : 303;
  return answers?.[looker] ?? (looker === 'viewer' ? 200 : 404);
}

/** Texts of the tenant that this person may not read anywhere. */
function hiddenFrom(looker: Looker, words: Words): string[] {
  // A viewer sees two of the repositories, with what belongs to them, and neither secrets nor the other repositories.
  return looker === 'viewer' ? [...words.secretValues, words.off, words.removed] : canariesOf(words);
}

/** Asks for each page as somebody, without a browser; answers what is wrong. */
export async function findLeaks(world: WebWorld, looker: Looker): Promise<string[]> {
  const wrong: string[] = [];
  for (const row of pageList) {
    const path = row.path(world.calm);
    const { status, text } = await ask(world, looker, path);
    const expected = expectedAnswer(row, looker);
    if (status !== expected) wrong.push(`${row.name}: ${status} instead of ${expected}`);
    // Whoever asks for something by its name may be answered with that name.
    const asked = decodeURIComponent(path);
    const seen = hiddenFrom(looker, world.calm.words).filter((canary) => text.includes(canary) && !asked.includes(canary));
    if (seen.length > 0) wrong.push(`${row.name} tells ${seen.join(', ')}`);
  }
  return wrong;
}

async function ask({ url, cookies }: WebWorld, role: Role, path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url + path, { headers: { cookie: cookies[role] }, redirect: 'manual' });
  return { status: response.status, text: await response.text() };
}
