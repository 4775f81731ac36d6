import { adminToken, type ApiObject, type TestApp } from './test-app.ts';

/** What is sent along; the repository is acme/app without it. */
export interface HookRequest {
  body?: unknown;
  headers?: Record<string, string>;
  repo?: string;
}

/** What came back. */
interface HookAnswer {
  status: number;
  answer: ApiObject & { code?: string; detail?: string };
  etag: string | null;
}

/** Asks for hooks of a repository and answers status, body and ETag, whatever they are. */
export async function askHooks(
  world: TestApp,
  { method, path, body, headers = {}, repo = 'acme/app' }: HookRequest & { method: string; path: string },
): Promise<HookAnswer> {
  const response = await fetch(`${world.url}/api/repos/${repo}/hooks${path}`, {
    method,
    headers: { authorization: `Bearer ${adminToken}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, answer: (await response.json()) as HookAnswer['answer'], etag: response.headers.get('etag') };
}
