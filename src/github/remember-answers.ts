import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Log } from '../core/log.ts';
import { describeError } from '../core/errors.ts';
import type { Db } from '../db/connect.ts';
import { fieldsOf } from './failure-facts.ts';
import { createMark, isNotModified, markHeader, splitMark } from './mark.ts';
import type { Hookable, HookResponse } from './octokit-hook.ts';

/** An answer longer than this is not worth a row. Bytes. */
const maxAnswerBytes = 512 * 1024;

interface AnswerRow {
  fingerprint: string;
  etag: string;
  link: string | null;
  body: Buffer;
}

interface Place {
  db: Db;
  host: string;
  installation: string;
}

/**
 * Lets answers to GETs that are asked for again and again be kept in Postgres, whole: asked with `request: { remember: true }`, GitHub is
 * asked on condition, and when it says that nothing changed, which is free (handbook D8), the kept answer is the answer.
 * What is kept is worth something for the life of one token; it goes when the next token is made.
 */
export function rememberAnswers(options: { octokit: Hookable; place: Place; log: Log }): void {
  const { octokit, place, log } = options;
  octokit.hook.wrap('request', async (send, request) => {
    if (!request.request?.remember) return await send(request);
    const { url } = octokit.request.endpoint(request);
    const found = await findAnswer(place, url);
    const kept = found && mayStandIn(found, url) ? found : undefined;
    const known = kept && createMark(kept.fingerprint, kept.etag);
    // Hooks further in are given this very object, whatever is sent on.
    Object.assign(request, { request: { ...request.request, known } });
    try {
      const response = await send(request);
      await saveAnswer(place, url, response).catch((error: unknown) =>
        log.warn({ reason: describeError(error) }, 'An answer of GitHub could not be kept for the next time'),
      );
      return response;
    } catch (error) {
      if (!kept || !isNotModified(error)) throw error;
      return openAnswer(kept, url, error);
    }
  });
}

async function findAnswer({ db, host, installation }: Place, url: string): Promise<AnswerRow | undefined> {
  const { rows } = await db.raw<{ rows: AnswerRow[] }>(
    `select a.fingerprint, a.etag, a.link, a.body from github_answers a join installations i on i.id = a.installation_id
     where i.host = ? and i.github_id = ? and a.url = ?`,
    [host, installation, url],
  );
  return rows[0];
}

function bodyOf(kept: AnswerRow): unknown {
  return JSON.parse(zstdDecompressSync(kept.body).toString('utf8'));
}

/**
 * False for a last page that is full: it stays the same when another page comes after it, and an ETag says nothing about that.
 * Where nobody said how long a page is, every length that one could have counts as full.
 */
function mayStandIn(kept: AnswerRow, url: string): boolean {
  const body = bodyOf(kept);
  if (!Array.isArray(body) || kept.link?.includes('rel="next"')) return true;
  const perPage = Number(new URL(url).searchParams.get('per_page') ?? 0);
  return perPage > 0 ? body.length < perPage : body.length < 30 || body.length % 10 !== 0;
}

function openAnswer(kept: AnswerRow, url: string, notModified: unknown): HookResponse {
  const headers = fieldsOf(fieldsOf(fieldsOf(notModified)['response'])['headers']) as HookResponse['headers'];
  // What GitHub says now about the next page counts, where it says something.
  return { status: 200, url, headers: { ...headers, link: headers['link'] ?? kept.link ?? undefined }, data: bodyOf(kept) };
}

/** JSON, or undefined for what would not come back the same: ids beyond 2^53 are BigInt here (handbook A18). */
function textOf(data: unknown): string | undefined {
  let isExact = true;
  const text = JSON.stringify(data, (_, value: unknown) => {
    if (typeof value === 'bigint') isExact = false;
    return typeof value === 'bigint' ? null : value;
  });
  return isExact ? text : undefined;
}

async function saveAnswer({ db, host, installation }: Place, url: string, response: HookResponse): Promise<void> {
  const mark = splitMark(response.headers[markHeader]);
  // A body that was cut off comes as text: it is nothing to build on.
  if (!mark || response.status !== 200 || typeof response.data !== 'object') return;
  const text = textOf(response.data);
  if (text === undefined || text.length > maxAnswerBytes) return;
  await db.raw(
    `insert into github_answers as a (installation_id, url, fingerprint, etag, link, body)
     select i.id, ?, ?, ?, ?, ? from installations i where i.host = ? and i.github_id = ? and i.deleted_at is null
     on conflict (installation_id, url) do update set fingerprint = excluded.fingerprint, etag = excluded.etag, link = excluded.link,
       body = excluded.body, noted_at = now()`,
    [url, mark.fingerprint, mark.etag, response.headers['link'] ?? null, zstdCompressSync(Buffer.from(text)), host, installation],
  );
}
