import { describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { seedChange, seedRepository, seedRun } from '../../test/support/seed.ts';
import { readProgress } from './read-progress.ts';
import { recordProgress, type FinishedAttempt, type Progress, type StepState } from './record-progress.ts';

/** A database with one queued run. */
async function seedQueuedRun(): Promise<{ database: TestDatabase; runId: string; installationId: string }> {
  const database = await createTestDatabase();
  const repository = await seedRepository(database.db, 'acme/app');
  const changeId = await seedChange(database.db, repository);
  const runId = await seedRun(database.db, repository, { changeId, status: 'queued' });
  return { database, runId, installationId: repository.installationId };
}

type Ids = { runId: string; installationId: string };

function step(status: StepState['status'], attempts: number, position = 0): StepState {
  return {
    position,
    key: null,
    name: null,
    kind: 'webhook',
    status,
    outputs: {},
    code: null,
    message: null,
    idempotencyKey: `msg_${position}`,
    attempts,
    startedAt: new Date('2026-01-01T00:00:00Z'),
  };
}

function finish(number: number, status: FinishedAttempt['status'], position = 0): FinishedAttempt {
  return { position, number, status, code: null, message: null, request: null, response: null, log: null, retryAt: null };
}

/** A try that begins, as a process that believes it holds the lane writes it. */
function start({ runId, installationId }: Ids, number: number, interrupted?: number): Progress {
  return {
    runId,
    installationId,
    steps: [step('running', number)],
    run: { status: 'running', code: null, message: null },
    started: { position: 0, number },
    ...(interrupted === undefined ? {} : { finished: finish(interrupted, 'interrupted') }),
  };
}

/** A run that ends well with the end of this try. */
function succeed({ runId, installationId }: Ids, number: number): Progress {
  return {
    runId,
    installationId,
    steps: [step('succeeded', number)],
    run: { status: 'succeeded', code: null, message: null },
    finished: finish(number, 'succeeded'),
  };
}

async function readAll(database: TestDatabase, runId: string): Promise<unknown> {
  const { db } = database;
  const run = (await db('runs').where({ id: runId }).first('status', 'due_at')) as { status: string };
  const steps = await readProgress(db, runId);
  const attempts = (await db('attempts').where({ run_id: runId }).orderBy('id').select('position', 'number', 'status')) as {
    position: number;
    number: number;
    status: string;
  }[];
  return {
    run: run.status,
    steps: steps.map((entry) => `${entry.position} ${entry.status} ${entry.attempts}`),
    attempts: attempts.map((entry) => `${entry.position}.${entry.number} ${entry.status}`),
  };
}

describe('recordProgress', () => {
  test('writes a start and an end', async () => {
    const { database, ...ids } = await seedQueuedRun();
    await using _ = database;
    expect(await recordProgress(database.db, [start(ids, 1)])).toEqual([true]);
    expect(await recordProgress(database.db, [succeed(ids, 1)])).toEqual([true]);
    expect(await readAll(database, ids.runId)).toEqual({ run: 'succeeded', steps: ['0 succeeded 1'], attempts: ['0.1 succeeded'] });
  });

  test('the start of a first attempt alone leaves run and step for its end, which writes them once', async () => {
    const { database, ...ids } = await seedQueuedRun();
    await using _ = database;
    const { db } = database;
    const begin: Progress = { ...ids, steps: [], started: { position: 0, number: 1 } };
    expect(await recordProgress(db, [begin])).toEqual([true]);
    expect(await readAll(database, ids.runId)).toEqual({ run: 'queued', steps: ['0 running 1'], attempts: ['0.1 started'] });
    expect(await recordProgress(db, [begin])).toEqual([false]);
    const startedAt = new Date('2026-01-01T00:00:00Z');
    const end = succeed(ids, 1);
    expect(await recordProgress(db, [{ ...end, run: { ...end.run!, startedAt } }])).toEqual([true]);
    expect(await readAll(database, ids.runId)).toEqual({ run: 'succeeded', steps: ['0 succeeded 1'], attempts: ['0.1 succeeded'] });
    expect(await db('runs').where({ id: ids.runId }).first('started_at')).toEqual({ started_at: startedAt });
    expect(await recordProgress(db, [{ ...begin, started: { position: 0, number: 2 } }])).toEqual([false]);
  });

  test('a long attempt that is marked as running in the flush that ends it is over', async () => {
    const { database, ...ids } = await seedQueuedRun();
    await using _ = database;
    await recordProgress(database.db, [{ ...ids, steps: [], started: { position: 0, number: 1 } }]);
    const mark: Progress = { ...ids, steps: [step('running', 1)], run: { status: 'running', code: null, message: null } };
    expect(await recordProgress(database.db, [mark, succeed(ids, 1)])).toEqual([true, true]);
    expect(await readAll(database, ids.runId)).toEqual({ run: 'succeeded', steps: ['0 succeeded 1'], attempts: ['0.1 succeeded'] });
  });

  test('a process that lost its lane cannot close an attempt that another one has closed, nor change the run', async () => {
    const { database, ...ids } = await seedQueuedRun();
    await using _ = database;
    await recordProgress(database.db, [start(ids, 1)]);
    expect(await recordProgress(database.db, [start(ids, 2, 1)])).toEqual([true]);
    expect(await recordProgress(database.db, [succeed(ids, 1)])).toEqual([false]);
    expect(await readAll(database, ids.runId)).toEqual({
      run: 'running',
      steps: ['0 running 2'],
      attempts: ['0.1 interrupted', '0.2 started'],
    });
  });

  test('a process that lost its lane cannot take a number again, and changes nothing by trying', async () => {
    const { database, ...ids } = await seedQueuedRun();
    await using _ = database;
    await recordProgress(database.db, [start(ids, 1)]);
    const waiting: Progress = {
      ...ids,
      steps: [step('waiting', 2)],
      run: { status: 'waiting', code: 'webhook_failed', message: null, dueAt: new Date(Date.now() + 60_000) },
      finished: finish(2, 'failed'),
    };
    expect(await recordProgress(database.db, [start(ids, 2, 1)])).toEqual([true]);
    expect(await recordProgress(database.db, [waiting])).toEqual([true]);
    expect(await recordProgress(database.db, [start(ids, 1)])).toEqual([false]);
    expect(await readAll(database, ids.runId)).toEqual({
      run: 'waiting',
      steps: ['0 waiting 2'],
      attempts: ['0.1 interrupted', '0.2 failed'],
    });
  });

  test('an end that came too late starts nothing either', async () => {
    const { database, ...ids } = await seedQueuedRun();
    await using _ = database;
    await recordProgress(database.db, [start(ids, 1)]);
    await recordProgress(database.db, [start(ids, 2, 1)]);
    const onwards: Progress = {
      ...ids,
      steps: [step('succeeded', 1), step('running', 1, 1)],
      run: { status: 'running', code: null, message: null },
      finished: finish(1, 'succeeded'),
      started: { position: 1, number: 1 },
    };
    expect(await recordProgress(database.db, [onwards])).toEqual([false]);
    expect(await readAll(database, ids.runId)).toMatchObject({ steps: ['0 running 2'], attempts: ['0.1 interrupted', '0.2 started'] });
  });

  test('a run that was ended meanwhile stays ended, and its neighbours in the statement are written', async () => {
    const { database, ...ids } = await seedQueuedRun();
    await using _ = database;
    const other = await seedQueuedNeighbour(database);
    await recordProgress(database.db, [start(ids, 1), start(other, 1)]);
    await database.db('runs').where({ id: ids.runId }).update({ status: 'cancelled' });
    expect(await recordProgress(database.db, [succeed(ids, 1), succeed(other, 1)])).toEqual([false, true]);
    expect(await readAll(database, ids.runId)).toMatchObject({ run: 'cancelled', attempts: ['0.1 succeeded'] });
  });

  test('waits for a process that is writing the same run, and answers by what that one wrote', async () => {
    const { database, ...ids } = await seedQueuedRun();
    await using _ = database;
    await recordProgress(database.db, [start(ids, 1)]);
    const other = await database.db.transaction();
    await other('runs').where({ id: ids.runId }).update({ due_at: new Date() });
    const both = recordProgress(database.db, [succeed(ids, 1)]);
    await untilSomebodyWaits(database);
    await other.commit();
    expect(await both).toEqual([true]);
    const { rows } = await database.db.raw<{ rows: { status: string }[] }>('select status from runs where id = ?', [ids.runId]);
    expect(rows).toEqual([{ status: 'succeeded' }]);
  });

  test('of two processes that start the same try at once, one may go on', async () => {
    const { database, ...ids } = await seedQueuedRun();
    await using _ = database;
    for (let number = 1; number <= 20; number += 1) {
      const answers = await Promise.all([1, 2, 3].map(() => recordProgress(database.db, [start(ids, number)])));
      expect(answers.flat().filter(Boolean)).toHaveLength(1);
    }
  });
});

async function seedQueuedNeighbour({ db }: TestDatabase): Promise<Ids> {
  const repository = await seedRepository(db, 'acme/other');
  const changeId = await seedChange(db, repository, { ref: { name: 'other' } });
  return { runId: await seedRun(db, repository, { changeId, status: 'queued' }), installationId: repository.installationId };
}

async function untilSomebodyWaits({ db }: TestDatabase): Promise<void> {
  for (;;) {
    const { rows } = await db.raw<{ rows: unknown[] }>(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (rows.length > 0) return;
  }
}
