/** How the text of a message is read by Slack: `safe` is Slack's own markup without calls for people, `plain` is text as it stands, `raw` is everything. */
export const markups = ['safe', 'plain', 'raw'] as const;
export type Markup = (typeof markups)[number];

/** The calls that Slack answers by notifying somebody or naming a channel: `<!channel>`, `<@U123>`, `<#C123>`. */
const calls = /<(?=[!@#])/g;

/**
 * Takes the power out of text that strangers may have written: with `safe` nobody is called by it, links and bold text stay; with `plain`
 * nothing in it is markup (https://docs.slack.dev/messaging/formatting-message-text, "Escaping text").
 */
export function escapeText(text: string, markup: Markup): string {
  if (markup === 'raw') return text;
  if (markup === 'plain') return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return text.replaceAll(calls, '&lt;');
}

/** The same for every text object of type `mrkdwn` in blocks, at any depth. Structured mentions of a rich text are the author's own and stay. */
export function escapeBlocks(value: unknown, markup: Markup): unknown {
  if (Array.isArray(value)) return value.map((item) => escapeBlocks(item, markup));
  if (typeof value !== 'object' || value === null) return value;
  const isMarkup = (value as { type?: unknown }).type === 'mrkdwn';
  return Object.fromEntries(
    Object.entries(value).map(([key, item]): [string, unknown] => [
      key,
      isMarkup && key === 'text' && typeof item === 'string' ? escapeText(item, markup) : escapeBlocks(item, markup),
    ]),
  );
}
