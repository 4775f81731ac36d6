/** How many single-character edits lie between two words (optimal string alignment: a swap of neighbours counts once). */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, beforeLast[j - 2]! + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/** The known word that somebody probably meant, or undefined when none is near: at most two edits, and fewer for short words. */
export function suggestWord(word: string, known: Iterable<string>): string | undefined {
  if (word.length > 64) return undefined;
  const lower = word.toLowerCase();
  const allowed = lower.length <= 3 ? 1 : 2;
  let best: { word: string; edits: number } | undefined;
  for (const candidate of known) {
    if (Math.abs(candidate.length - lower.length) > allowed) continue;
    const edits = distance(lower, candidate.toLowerCase());
    if (edits <= allowed && (!best || edits < best.edits)) best = { word: candidate, edits };
  }
  return best?.word;
}

/** A sentence with the guess, ready to append to a message; empty when there is none. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const guess = suggestWord(word, known);
  return guess === undefined ? '' : ` Did you mean \`${guess}\`?`;
}
