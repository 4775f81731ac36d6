import { adminToken, type ApiObject, type TestApp } from './test-app.ts';

/** What is sent along; without a token the admin's. */
export interface Asked {
  body?: unknown;
  token?: string;
  headers?: Record<string, string>;
}

/** What came back. */
interface Answer {
  status: number;
  answer: ApiObject & { code?: string; data?: ApiObject[]; errors?: { path: string }[] };
  etag: string | null;
}

/** Asks for `METHOD /path` below /api and answers status, body and ETag, whatever they are. */
export async function askApi(world: TestApp, way: string, { body, token = adminToken, headers = {} }: Asked): Promise<Answer> {
  const [method = '', path = ''] = way.split(' ');
  const response = await fetch(`${world.url}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, answer: text === '' ? {} : (JSON.parse(text) as Answer['answer']), etag: response.headers.get('etag') };
}
