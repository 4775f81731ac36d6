import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { ActionKind, AttemptContext, AttemptOutcome } from '../../src/actions/action.ts';
import type { Door } from '../../src/actions/door.ts';
import { createScriptPool, type ScriptPool } from '../../src/actions/script/pool.ts';
import { catalogue } from '../../src/core/error-catalogue.ts';
import { createLog } from '../../src/core/log.ts';
import { actionTools, createTestDoor } from './action-tools.ts';
import { attemptContext } from './attempt-context.ts';
import { createHttpReceiver, type KindContract, type Receiver } from './kind-contract.ts';

const secret = 'very-secret-value-1234';

let pool: ScriptPool;
let door: Door;

/** Opens what the contract needs, for all kinds of a suite together. */
export function openContractWorld(): void {
  beforeAll(() => {
    door = createTestDoor();
    pool = createScriptPool({ size: 2, log: createLog({ level: 'silent' }) });
  });
  afterAll(async () => {
    await pool.close();
    await door.close();
  });
}

/** The tests that every kind has to pass. */
export function describeContract(kind: ActionKind, contract: KindContract): void {
  describe(`the contract of the kind ${kind.name}`, () => {
    let receiver: Receiver;
    const run = async (changes: Partial<AttemptContext<unknown>> = {}, url = receiver.url): Promise<AttemptOutcome> => {
      const given = { ...contract.context?.(url), ...changes };
      return await kind.run(
        attemptContext(kind.schema.parse(contract.input(url)), given),
        actionTools({ door, scripts: pool, ...contract.tools?.(url) }),
      );
    };
    beforeAll(async () => {
      receiver = contract.createReceiver ? await contract.createReceiver() : await createHttpReceiver(contract);
    });
    afterAll(() => receiver.close());
    beforeEach(() => {
      receiver.keys.length = 0;
      receiver.behave('accept');
    });

    test('its schema refuses bad inputs and unknown keys, and can be written as JSON Schema', () => {
      const input = contract.input(receiver.url);
      expect(kind.schema.safeParse(contract.bad).success).toBe(false);
      expect(kind.schema.safeParse({ ...input, unknown_key: 1 }).success).toBe(false);
      expect(kind.schema.safeParse(input).success).toBe(true);
      const schema = z.toJSONSchema(kind.schema, { io: 'input' });
      expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
      expect(Object.keys(schema.properties ?? {})).toEqual(expect.arrayContaining([...kind.secretFields, ...Object.keys(input)]));
    });

    test('success has outputs and a record that JSON can hold', async () => {
      const outcome = await run();
      expect(outcome).toMatchObject({ result: 'succeeded' });
      expect(JSON.parse(JSON.stringify(outcome))).toEqual(outcome);
    });

    test('every attempt carries the one idempotency key', async () => {
      const first = await run({ attempt: 1, idempotencyKey: 'one-key' });
      const second = await run({ attempt: 2, idempotencyKey: 'one-key' });
      if (contract.repeatable) return expect(second).toEqual(first);
      expect(receiver.keys.length).toBeGreaterThan(0);
      expect(receiver.keys.filter((key) => !key.includes('one-key'))).toEqual([]);
    });

    test('an aborted attempt ends at once, before or during the work', async () => {
      const seen = receiver.requests();
      const before = await run({ signal: AbortSignal.abort() });
      expect(before).toMatchObject({ result: 'failed', code: 'interrupted', retryable: true });
      expect(receiver.requests()).toBe(seen);
      receiver.behave('hang');
      const stop = new AbortController();
      const during = run({ signal: stop.signal });
      while (receiver.requests() === seen) await new Promise((resolve) => setTimeout(resolve, 5));
      stop.abort();
      expect(await during).toMatchObject({ result: 'failed', code: 'interrupted', retryable: true });
    });

    test('a receiver that never answers costs the time of the attempt and no more', async () => {
      receiver.behave('hang');
      const outcome = await run({ timeoutMs: 300, signal: AbortSignal.timeout(1_000) });
      expect(outcome).toMatchObject({ result: 'failed', code: expect.stringMatching(/_timeout$|^script_failed$/) });
    });

    test('an oversized answer is cut or refused, never stored', async () => {
      receiver.behave('huge');
      expect(JSON.stringify(await run()).length).toBeLessThan(20_000);
    });

    test('a failure has a code of the catalogue, a sentence, and says whether trying again helps', async () => {
      receiver.behave('refuse');
      const refused = await run();
      expect(refused).toMatchObject({ result: 'failed', code: contract.refused, retryable: false });
      receiver.behave('overload');
      const overloaded = await run();
      expect(overloaded).toMatchObject({ result: 'failed', code: contract.overloaded, retryable: contract.overloadIsFinal !== true });
      for (const outcome of [refused, overloaded]) {
        expect(catalogue).toHaveProperty((outcome as { code: string }).code);
        expect((outcome as { message: string }).message.length).toBeGreaterThan(20);
      }
    });

    test('the value of a secret is in nothing that is kept', async () => {
      const mask = (text: string) => text.replaceAll(secret, '***');
      for (const manner of ['accept', 'refuse'] as const) {
        receiver.behave(manner);
        const given = contract.context?.(receiver.url) ?? {};
        const outcome = await run({ ...given, secrets: { ...given.secrets, TOKEN: secret }, env: { ...given.env, TOKEN: secret }, mask });
        expect(JSON.stringify(outcome)).not.toContain(secret);
      }
    });

    const guarded = contract.hasNoAddress ? test.skip : test;
    guarded('a refused destination is final and nothing leaves', async () => {
      const seen = receiver.requests();
      const outcome = await run({}, receiver.url.replace('127.0.0.1', '127.0.0.2'));
      expect(outcome).toMatchObject({ result: 'failed', retryable: false, message: expect.stringContaining('OUTBOUND_ALLOW') });
      expect(receiver.requests()).toBe(seen);
    });
  });
}
