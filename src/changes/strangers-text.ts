/** The longest piece of a stranger's text in a sentence. In characters. */
const maxShown = 80;

/** Text of a stranger as a piece of a sentence: one line, cut when it is long (handbook C18). */
export function shown(text: string, max = maxShown): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return cutCharacters(line, max);
}

/** Cuts a text to so many characters without leaving half of one; the cut is visible. */
export function cutCharacters(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
