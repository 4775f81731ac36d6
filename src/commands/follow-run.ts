import { setTimeout as pause } from 'node:timers/promises';
import { failed, type Outcome } from '../core/outcome.ts';
import { connectApi, type ApiClient } from './api-client.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { fillPath } from './fill-path.ts';
import { refuse } from './print-list.ts';
import { readEvents } from './read-events.ts';
import type { Words } from './remote-verb.ts';
import { createPaint } from './show-problem.ts';
import { printable } from './show-table.ts';
import { colourOf } from './show-thing.ts';

/** How often a stream that breaks off is opened again before it is given up, and how long between. */
const maxTries = 5;
const pauseMs = 1_000;

interface Told {
  step?: number;
  attempt?: number;
  number?: number;
  line?: string;
  status?: string;
}

/** `repowatch runs follow`: the log of a run as it grows, until it is over. Exit code 1 when it did not succeed. */
export async function followRun(context: CommandContext, { args, options }: Words): Promise<ExitCode> {
  const path = fillPath('/api/runs/:id/log?follow=1', args);
  if (!path.ok) return refuse(context, path);
  const api = connectApi(context);
  if (!api.ok) return refuse(context, api);
  const status = await follow(context, api.value, { path: path.value, json: options['json'] === true });
  if (!status.ok) return refuse(context, status);
  return status.value === undefined || status.value === 'succeeded' ? 0 : 1;
}

/** Answers how the run ended; undefined when nobody wanted to wait for that any more. */
async function follow(
  context: CommandContext,
  api: ApiClient,
  { path, json }: { path: string; json: boolean },
): Promise<Outcome<string | undefined>> {
  const stop = context.listenForStop();
  const seen = new Set<string>();
  let problem: Extract<Outcome<never>, { ok: false }> = failed('server_unreachable', `${api.url} ended the stream again and again.`);
  for (let tries = 0; tries < maxTries && !stop.aborted; tries += 1) {
    const response = await api.open(path, stop);
    if (!response.ok) {
      problem = response;
      if (response.code !== 'server_unreachable' || tries === 0) break;
    } else {
      const before = seen.size;
      const ended = await readAll(context, response.value, { seen, json });
      if (ended !== undefined) return { ok: true, value: ended };
      // Whoever still gets something new is not given up.
      if (seen.size > before) tries = 0;
    }
    await pause(pauseMs, undefined, { signal: stop }).catch(() => undefined);
  }
  return stop.aborted ? { ok: true, value: undefined } : problem;
}

/** Each stream begins with the first line; what was shown is left out. Answers the end of the run, undefined when the stream broke off. */
async function readAll(
  context: CommandContext,
  response: Response,
  { seen, json }: { seen: Set<string>; json: boolean },
): Promise<string | undefined> {
  try {
    for await (const { event, data } of readEvents(response)) {
      const told = JSON.parse(data) as Told;
      const key = `${event} ${told.step} ${told.attempt} ${told.number}`;
      if (seen.has(key)) continue;
      seen.add(key);
      print(context, event, { told, json });
      if (event === 'end') return told.status ?? 'unknown';
    }
  } catch {
    // The connection broke; the stream is opened again.
  }
  return undefined;
}

function print(context: CommandContext, event: string, { told, json }: { told: Told; json: boolean }): void {
  const { step = 0, attempt, line = '', status = '' } = told;
  if (json) context.print(JSON.stringify({ event, ...told }).replaceAll(/[\u007F-\u009F]/g, '?'));
  else if (event === 'line') context.print(printable(line));
  else {
    const colour = colourOf(status);
    const word = colour === undefined ? status : createPaint(context.coloured === true, context.environment)(colour, status);
    context.print(event === 'end' ? `The run is over: ${word}` : `Step ${step + 1}, try ${attempt}: ${word}`);
  }
}
