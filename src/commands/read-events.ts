/** One server-sent event. */
export interface ServerEvent {
  event: string;
  data: string;
  id: string | undefined;
}

/** The events of a stream as they come (text/event-stream); ends with the stream. */
export async function* readEvents(response: Response): AsyncGenerator<ServerEvent> {
  let rest = '';
  for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = `${rest}${text}`.split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = readBlock(block);
      if (event !== undefined) yield event;
    }
  }
}

function readBlock(block: string): ServerEvent | undefined {
  const fields = block.split(/\r?\n/).flatMap((line) => {
    const found = /^(event|data|id): ?(.*)$/.exec(line);
    return found ? [{ name: found[1]!, value: found[2]! }] : [];
  });
  const values = (name: string) => fields.filter((field) => field.name === name).map(({ value }) => value);
  if (values('data').length === 0) return undefined;
  return { event: values('event').at(-1) ?? 'message', data: values('data').join('\n'), id: values('id').at(-1) };
}
