import { describe, expect, test } from '@jest/globals';
import type { z } from 'zod';
import { ok } from '../core/outcome.ts';
import type { GitHubAnswer, GitHubWrite } from './github-access.ts';
import { saveCheckRun, type Annotation, type CheckReport, type CheckWriter } from './github-check-run.ts';

const sha = 'a'.repeat(40);

interface Run {
  id: number;
  name: string;
  head_sha: string;
  conclusion: string | null;
  app: { id: number };
  output: { summary: string; annotations_count: number };
}

/** A GitHub that keeps check runs and loses the answers to some writes. */
function createGitHub(options: { loses?: number[]; appId?: number } = {}) {
  const runs: Run[] = [];
  const batches: number[] = [];
  const answer = <T>(schema: z.ZodType<T>, value: unknown): GitHubAnswer<T> => ok(schema.parse(value));
  const writer: CheckWriter = {
    isOurApp: (app) => app?.id === '7',
    read: async (_path, schema) => answer(schema, { check_runs: runs }),
    async write<T>({ method, path, body = {}, answer: schema }: GitHubWrite<T>): Promise<GitHubAnswer<T>> {
      const output = (body['output'] ?? { summary: '' }) as { summary: string; annotations?: Annotation[] };
      const added = output.annotations?.length ?? 0;
      batches.push(added);
      let run = runs.find(({ id }) => path === `/check-runs/${id}`);
      if (method === 'POST') {
        run = {
          id: runs.length + 1,
          name: String(body['name']),
          head_sha: sha,
          conclusion: '',
          app: { id: options.appId ?? 7 },
          output: { summary: '', annotations_count: 0 },
        };
        runs.push(run);
      }
      Object.assign(run!, {
        status: body['status'],
        external_id: body['external_id'],
        conclusion: body['conclusion'] ?? null,
        output: { summary: output.summary, annotations_count: run!.output.annotations_count + added },
      });
      if (options.loses?.includes(batches.length)) return { ok: false, code: 'github_unavailable', message: 'lost' };
      return answer(schema, run);
    },
  };
  return { runs, batches, writer };
}

function reportOf(annotations: number, fields: Partial<CheckReport> = {}): CheckReport {
  const at = (line: number): Annotation => ({
    path: 'f',
    start_line: line,
    end_line: line,
    annotation_level: 'failure',
    title: 't',
    message: 'm',
  });
  return {
    name: 'repowatch/config',
    sha,
    status: 'completed',
    conclusion: 'failure',
    output: { title: 'Not valid', summary: 'text' },
    annotations: Array.from({ length: annotations }, (_, index) => at(index + 1)),
    externalId: '1',
    detailsUrl: undefined,
    ...fields,
  };
}

describe('saveCheckRun', () => {
  test('sends annotations in batches of fifty', async () => {
    const github = createGitHub();
    expect(await saveCheckRun(github.writer, reportOf(120))).toMatchObject({ ok: true, value: { id: '1' } });
    expect([github.batches, github.runs.map((run) => run.output.annotations_count)]).toEqual([[50, 50, 20], [120]]);
  });

  test.each([1, 2, 3])('goes on where GitHub stands after the answer to write %i was lost', async (lost) => {
    const github = createGitHub({ loses: [lost] });
    expect(await saveCheckRun(github.writer, reportOf(120))).toMatchObject({ ok: false, code: 'github_unavailable' });
    expect(await saveCheckRun(github.writer, reportOf(120))).toMatchObject({ ok: true, value: { id: '1' } });
    expect(github.runs.map((run) => run.output.annotations_count)).toEqual([120]);
  });

  test('updates one that says the same, and replaces one whose annotations would have to go', async () => {
    const github = createGitHub();
    await saveCheckRun(github.writer, reportOf(2));
    expect(await saveCheckRun(github.writer, reportOf(2))).toMatchObject({ ok: true, value: { id: '1' } });
    expect(await saveCheckRun(github.writer, reportOf(0, { conclusion: 'success' }))).toMatchObject({ ok: true, value: { id: '2' } });
    expect(github.runs.map(({ conclusion, output }) => [conclusion, output.annotations_count])).toEqual([
      ['failure', 2],
      ['success', 0],
    ]);
  });

  test('goes from begun to done in one run, and is begun anew after that only by another report', async () => {
    const github = createGitHub();
    const begun = { status: 'in_progress' as const, conclusion: undefined, externalId: 'one' };
    for (let time = 0; time < 2; time += 1) await saveCheckRun(github.writer, reportOf(0, begun));
    await saveCheckRun(github.writer, reportOf(0, { conclusion: 'success', externalId: 'two' }));
    expect(github.runs).toMatchObject([{ conclusion: 'success' }]);
    for (let time = 0; time < 2; time += 1) await saveCheckRun(github.writer, reportOf(0, { ...begun, externalId: 'three' }));
    expect(github.runs).toMatchObject([{ conclusion: 'success' }, { conclusion: null }]);
  });

  test('leaves the run of another App alone', async () => {
    const github = createGitHub({ appId: 8 });
    await saveCheckRun(github.writer, reportOf(1));
    await saveCheckRun(github.writer, reportOf(1));
    expect(github.runs).toHaveLength(2);
  });
});
