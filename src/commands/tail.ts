import { setTimeout as pause } from 'node:timers/promises';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { ThreadItem } from '../http/schemas/thread.ts';
import { connectApi, type ApiClient } from './api-client.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { refuse } from './print-list.ts';
import { readEvents } from './read-events.ts';
import { createPaint, type Paint } from './show-problem.ts';
import { printable } from './show-table.ts';

/** What was asked for on the command line. */
export interface TailOptions {
  repo?: string;
  status?: string;
  recent: string;
  json?: true;
}

/** How long is waited before a connection is tried again: at first, and at most. Milliseconds. */
const firstPauseMs = 500;
const longestPauseMs = 30_000;
/** A stream that says nothing for so long is dead; a quiet one says every 15 seconds that it lives. Milliseconds. */
const silenceMs = 45_000;

/** Refusals that pass by themselves; any other one ends the command. */
const passing = new Set(['server_unreachable', 'page_busy', 'too_many_attempts', 'rate_limited', 'database_unavailable', 'internal_error']);

const colours: Record<ThreadItem['status'], Parameters<Paint>[0]> = {
  waiting: 'yellow',
  succeeded: 'green',
  failed: 'red',
  ignored: 'dim',
  done: 'dim',
};

/** `repowatch tail`: threads as they happen, until Ctrl-C. A lost connection is said, and made again with growing pauses. */
export async function tail(context: CommandContext, options: TailOptions): Promise<ExitCode> {
  const api = connectApi(context);
  if (!api.ok) return refuse(context, api);
  const stop = context.listenForStop();
  const story: Story = { after: undefined, told: new Map() };
  let pauseMs = firstPauseMs;
  let lost = false;
  while (!stop.aborted) {
    const read = await readStream(context, api.value, { options, story, stop, lost });
    if (stop.aborted) break;
    if (!read.ok && !passing.has(read.code)) return refuse(context, read);
    // Whoever was told something begins again with the short pause.
    if (read.ok) pauseMs = firstPauseMs;
    const why = read.ok ? read.value : read.message;
    context.tell(`The connection is lost (${printable(why)}). Trying again in ${pauseMs / 1000} s.`);
    lost = true;
    await pause(pauseMs, undefined, { signal: stop }).catch(() => undefined);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
  return 0;
}

/** What was told so far. */
interface Story {
  /** The id of the last event. */
  after: string | undefined;
  /** The last line of each thread, so that what comes twice is shown once. */
  told: Map<string, string>;
}

/** Reads one stream until it ends; answers why it ended, or the refusal when it never began. */
async function readStream(
  context: CommandContext,
  api: ApiClient,
  { options, story, stop, lost }: { options: TailOptions; story: Story; stop: AbortSignal; lost: boolean },
): Promise<Outcome<string>> {
  const silence = new AbortController();
  const response = await api.open(addressOf(options, story), AbortSignal.any([stop, silence.signal]));
  if (!response.ok) return response;
  if (lost) context.tell('Connected again. What happened meanwhile follows.');
  let timer = setTimeout(() => silence.abort(), silenceMs);
  try {
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silenceMs);
    };
    for await (const { event, data, id } of readEvents(watchBytes(response.value, heard))) {
      if (id !== undefined) story.after = id;
      if (event === 'thread') show(context, (JSON.parse(data) as { thread: ThreadItem }).thread, { options, story });
    }
    return ok('the server ended it');
  } catch (error) {
    if (silence.signal.aborted) return ok('nothing was heard for 45 s');
    return story.after === undefined ? failed('server_unreachable', String(error)) : ok('it broke off');
  } finally {
    clearTimeout(timer);
  }
}

/** The same response; every piece of it that comes is noticed, comments, too. */
function watchBytes(response: Response, heard: () => void): Response {
  const watched = response.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, controller) {
        heard();
        controller.enqueue(piece);
      },
    }),
  );
  return new Response(watched ?? null, { headers: response.headers });
}

function addressOf({ repo, status, recent }: TailOptions, { after }: Story): string {
  const query = new URLSearchParams({ recent });
  if (repo !== undefined) query.set('repository', repo);
  if (status !== undefined) query.set('status', status);
  if (after !== undefined) query.set('after', after);
  return `/api/threads/stream?${query.toString()}`;
}

/** How many threads are remembered, so that a month of watching does not fill the memory. */
const remembered = 5_000;

function show(context: CommandContext, thread: ThreadItem, { options, story }: { options: TailOptions; story: Story }): void {
  const line = options.json ? JSON.stringify(thread) : lineOf(thread, createPaint(context.coloured === true, context.environment));
  if (story.told.get(thread.id) === line) return;
  story.told.delete(thread.id);
  story.told.set(thread.id, line);
  if (story.told.size > remembered) story.told.delete(story.told.keys().next().value!);
  if (options.json) context.print(JSON.stringify({ event: 'thread', thread }));
  else context.print(line);
}

/** One line for people: when it began, how it stands, what it is about and what ran. */
function lineOf({ at, status, repository, delivery, changes }: ThreadItem, paint: Paint): string {
  const event = delivery === null ? (changes[0]?.origin ?? '') : [delivery.event, delivery.action].filter(Boolean).join('.');
  const [first] = changes;
  const more = changes.length > 1 ? ` (+${changes.length - 1})` : '';
  const what = first === undefined ? (delivery?.reason ?? '') : `${first.sentence}${more}`;
  const runs = changes.flatMap((change) =>
    change.runs.map((run) => `${run.watch.name} ${run.status}${run.code === null ? '' : ` (${run.code})`}`),
  );
  const facts = [
    at.slice(11, 19),
    paint(colours[status], status.padEnd(9)),
    printable(event),
    printable(repository ?? '-'),
    printable(what),
  ];
  return [...facts, ...(runs.length === 0 ? [] : [`→ ${printable(runs.join(', '))}`])].join('  ');
}
