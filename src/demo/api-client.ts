import { RepoWatchError } from '../core/errors.ts';
import type { ChangeDetail } from '../http/schemas/change-detail.ts';
import type { ChangeSummary } from '../http/schemas/change.ts';
import type { DeliverySummary } from '../http/schemas/delivery.ts';
import type { Ref, Repository, RepositoryConfig } from '../http/schemas/repository.ts';
import type { RunDetail } from '../http/schemas/run.ts';

/** RepoWatch's REST API as the demo uses it. Everything that the demo shows of RepoWatch it has read here, like any client. */
export interface ApiClient {
  findRepository(fullName: string): Promise<Repository | undefined>;
  readConfig(fullName: string): Promise<RepositoryConfig>;
  listBranches(fullName: string): Promise<Ref[]>;
  /** The newest first, at most 100. */
  listChanges(query?: Record<string, string>): Promise<ChangeSummary[]>;
  readChange(id: string): Promise<ChangeDetail>;
  /** The newest first, at most 100. */
  listDeliveries(query?: Record<string, string>): Promise<DeliverySummary[]>;
  readDelivery(id: string): Promise<DeliverySummary>;
  readRun(id: string): Promise<RunDetail>;
  putSecret(name: string, secret: { value: string; repository: string; destinations: string[] }): Promise<void>;
  reconcile(repository: string): Promise<void>;
}

/** Connects to the API at this address. Throws `demo_failed` with the API's own words when it refuses. */
export function createApiClient(base: string, token: string): ApiClient {
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T | undefined> => {
    const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const response = await fetch(`${base}${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await response.text();
    if (response.status === 404) return undefined;
    if (!response.ok) throw new RepoWatchError('demo_failed', `${method} ${path} was answered with ${response.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T | undefined;
  };
  const read = async <T>(path: string): Promise<T> => {
    const value = await call<T>('GET', path);
    if (value === undefined) throw new RepoWatchError('demo_failed', `GET ${path} found nothing.`);
    return value;
  };
  const list = async <T>(path: string, query: Record<string, string>): Promise<T[]> =>
    (await read<{ data: T[] }>(`${path}?${new URLSearchParams({ limit: '100', ...query }).toString()}`)).data;
  return {
    findRepository: (fullName) => call('GET', `/api/repos/${fullName}`),
    readConfig: (fullName) => read(`/api/repos/${fullName}/config`),
    listBranches: (fullName) => list(`/api/repos/${fullName}/branches`, {}),
    listChanges: (query = {}) => list('/api/changes', query),
    readChange: (id) => read(`/api/changes/${id}`),
    listDeliveries: (query = {}) => list('/api/deliveries', query),
    readDelivery: (id) => read(`/api/deliveries/${id}`),
    readRun: (id) => read(`/api/runs/${id}`),
    async putSecret(name, { value, repository, destinations }) {
      await call('PUT', `/api/secrets/${name}`, { value, scope: 'repository', repository, destinations });
    },
    async reconcile(repository) {
      await call('POST', '/api/reconcile', { repository });
    },
  };
}
