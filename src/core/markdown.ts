/** Breaks a word that GitHub would make a link or a mention of. Nobody sees it. */
const joint = '\u200b';

/**
 * Makes the text of strangers safe inside GitHub's markdown: it formats nothing, mentions nobody, links nowhere, and
 * stays on one line (threat model T7).
 */
export function escapeMarkdown(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]()|~]/g, String.raw`\$&`)
    .replaceAll(/^([-+=]|\d+[.)])/g, String.raw`\$1`)
    .replaceAll(/[@#]/g, `$&${joint}`)
    .replaceAll('://', `:${joint}//`)
    .replaceAll(/\bwww\./gi, (word) => `${word.slice(0, 3)}${joint}.`);
}

/** Shows a text as code, in which GitHub formats, mentions and links nothing. */
export function codeSpan(text: string): string {
  const line = text.toWellFormed().replaceAll(/[\s\p{Cc}]+/gu, ' ');
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const padded = longest > 0 || line === '' || line.startsWith(' ') || line.endsWith(' ') ? ` ${line} ` : line;
  // Inside a table a bar ends the cell, also in code.
  return `${fence}${padded.replaceAll('|', String.raw`\|`)}${fence}`;
}

/** Makes a message of ours safe whose parts between backticks are what a stranger wrote. */
export function messageToMarkdown(message: string): string {
  const parts = message.split('`');
  // An odd number of backticks: one of them is the stranger's.
  if (parts.length % 2 === 0) return escapeMarkdown(message);
  return parts.map((part, index) => (index % 2 === 1 ? codeSpan(part) : escapeMarkdown(part))).join('');
}
