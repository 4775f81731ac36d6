const milliseconds = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Reads a duration such as `500ms`, `15s`, `5m` or `2h` and answers milliseconds; undefined when the text is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9})(ms|s|m|h)$/.exec(text);
  return match ? Number(match[1]) * milliseconds[match[2] as keyof typeof milliseconds] : undefined;
}
