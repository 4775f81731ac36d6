import { readdir, readFile } from 'node:fs/promises';

/** A fenced block of a page. */
export interface Block {
  /** `README.md:120`, where it begins. */
  place: string;
  language: string;
  text: string;
}

const root = new URL('../../', import.meta.url);

/** The text of every page for people, by path. */
export async function readPages(): Promise<Map<string, string>> {
  const names = await readdir(new URL('docs/', root), { recursive: true });
  const top = (await readdir(root)).filter((name) => name.endsWith('.md'));
  const paths = [...top, ...names.filter((name) => name.endsWith('.md')).map((name) => `docs/${name.replaceAll('\\', '/')}`)].sort();
  const texts = await Promise.all(paths.map((path) => readFile(new URL(path, root), 'utf8')));
  return new Map(paths.map((path, index) => [path, texts[index]!]));
}

/** Every fenced block of every page. */
export async function readBlocks(): Promise<Block[]> {
  return [...(await readPages())].flatMap(([path, text]) =>
    [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map((match) => ({
      place: `${path}:${text.slice(0, match.index).split('\n').length}`,
      language: match[1]!,
      text: match[2]!,
    })),
  );
}
