/** Text as Jira Cloud takes it: the Atlassian Document Format, a paragraph for each block, lines kept (handbook K7). */
export function toRichText(text: string): { type: 'doc'; version: 1; content: unknown[] } {
  const blocks = text
    .replaceAll('\r\n', '\n')
    .split(/\n{2,}/)
    .filter((block) => block.trim() !== '');
  return { type: 'doc', version: 1, content: blocks.map((block) => ({ type: 'paragraph', content: block.split('\n').flatMap(toLine) })) };
}

function toLine(line: string, index: number): unknown[] {
  const parts = line.split(/(https?:\/\/[^\s<>"]{1,2000})/).filter((part) => part !== '');
  const nodes = parts.map((part) =>
    /^https?:\/\//.test(part) && URL.canParse(part)
      ? { type: 'text', text: part, marks: [{ type: 'link', attrs: { href: part } }] }
      : { type: 'text', text: part },
  );
  return index === 0 ? nodes : [{ type: 'hardBreak' }, ...nodes];
}
