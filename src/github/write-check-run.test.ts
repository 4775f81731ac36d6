import { describe, expect, test } from '@jest/globals';
import type { z } from 'zod';
import { ok } from '../core/outcome.ts';
import type { Read } from './ask.ts';
import { saveCheckRun, type Annotation, type CheckReport } from './write-check-run.ts';
import type { Writer, WriteRequest } from './writer.ts';

const place = { installation: '1', owner: 'acme', name: 'app' };
const sha = 'a'.repeat(40);

interface Run {
  id: number;
  name: string;
  head_sha: string;
  conclusion: string;
  app: { id: number };
  output: { summary: string; annotations_count: number };
}

/** A GitHub that keeps check runs and loses the answers to some writes. */
function createGitHub(options: { loses?: number[]; appId?: number } = {}) {
  const runs: Run[] = [];
  const batches: number[] = [];
  const answer = <T>(schema: z.ZodType<T>, value: unknown): Read<T> => ok(schema.parse(value));
  const writer: Writer = {
    appId: '7',
    read: async (_place, _path, schema) => answer(schema, {}),
    list: async (_place, _path, { page, itemsOf }) => ok(itemsOf(page.parse({ check_runs: runs }))),
    async write<T>(_place: unknown, { method, path, body = {}, answer: schema }: WriteRequest<T>): Promise<Read<T>> {
      const output = body['output'] as { summary: string; annotations?: Annotation[] };
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
        conclusion: body['conclusion'],
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
    conclusion: 'failure',
    title: 'Not valid',
    summary: 'text',
    annotations: Array.from({ length: annotations }, (_, index) => at(index + 1)),
    externalId: '1',
    detailsUrl: undefined,
    ...fields,
  };
}

describe('saveCheckRun', () => {
  test('sends annotations in batches of fifty', async () => {
    const github = createGitHub();
    expect(await saveCheckRun(github.writer, place, reportOf(120))).toEqual(ok('1'));
    expect([github.batches, github.runs.map((run) => run.output.annotations_count)]).toEqual([[50, 50, 20], [120]]);
  });

  test.each([1, 2, 3])('goes on where GitHub stands after the answer to write %i was lost', async (lost) => {
    const github = createGitHub({ loses: [lost] });
    expect(await saveCheckRun(github.writer, place, reportOf(120))).toMatchObject({ ok: false, code: 'github_unavailable' });
    expect(await saveCheckRun(github.writer, place, reportOf(120))).toEqual(ok('1'));
    expect(github.runs.map((run) => run.output.annotations_count)).toEqual([120]);
  });

  test('updates one that says the same, and replaces one whose annotations would have to go', async () => {
    const github = createGitHub();
    await saveCheckRun(github.writer, place, reportOf(2));
    expect(await saveCheckRun(github.writer, place, reportOf(2))).toEqual(ok('1'));
    expect(await saveCheckRun(github.writer, place, reportOf(0, { conclusion: 'success' }))).toEqual(ok('2'));
    expect(github.runs.map(({ conclusion, output }) => [conclusion, output.annotations_count])).toEqual([
      ['failure', 2],
      ['success', 0],
    ]);
  });

  test('leaves the run of another App alone', async () => {
    const github = createGitHub({ appId: 8 });
    await saveCheckRun(github.writer, place, reportOf(1));
    await saveCheckRun(github.writer, place, reportOf(1));
    expect(github.runs).toHaveLength(2);
  });
});
