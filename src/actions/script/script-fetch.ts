import { z } from 'zod';
import { parsePlainJson } from '../plain-json.ts';
import type { Door } from '../door.ts';
import { scriptLimits } from './messages.ts';

const fetchRequest = z.strictObject({
  url: z.string(),
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).default('GET'),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).default({}),
  body: z.string().optional(),
});

interface FetchTools {
  door: Door;
  timeoutMs: number;
  checkDestination: (url: URL) => void;
}

/** A script's fetch, made by the parent through the guarded door: JSON text in and out, `{ error }` instead of a rejection. */
export async function answerScriptFetch(request: string, signal: AbortSignal, tools: FetchTools): Promise<string> {
  try {
    const parsed = fetchRequest.safeParse(parsePlainJson(request));
    if (!parsed.success) return refuse(`fetch was called with something it does not take: ${z.prettifyError(parsed.error)}`);
    const { url, method, headers, body } = parsed.data;
    const answer = await tools.door.request({
      url,
      method,
      headers: { 'user-agent': 'RepoWatch-script', 'accept-encoding': 'identity', ...headers },
      ...(body !== undefined && { body }),
      timeoutMs: tools.timeoutMs,
      signal,
      maxBodyBytes: scriptLimits.fetchBodyBytes,
      checkDestination: tools.checkDestination,
    });
    if (!answer.ok) return refuse(`${answer.code}: ${answer.message}`);
    if (answer.value.truncated) return refuse(`The answer of ${new URL(url).origin} is larger than 1 MiB`);
    return JSON.stringify({ status: answer.value.status, headers: answer.value.headers, body: answer.value.body.toString('utf8') });
  } catch (error) {
    return refuse(error instanceof Error ? error.message : 'fetch failed');
  }
}

function refuse(error: string): string {
  return JSON.stringify({ error });
}
