import { expect, test } from '@jest/globals';
import { assert, dictionary, integer, jsonValue, property, string } from 'fast-check';
import { sliceJson } from './slice-json.ts';

test('numbers beyond a double, escapes and spaces stay as they were written', () => {
  const payload = String.raw`{ "id" : 3804004623172239366, "x": 1.10, "text": "\"}] \\", "list": [ {"a":"]"}, [] ] }`;
  const json = `{"first":{"payload":1},"request": {"headers":{"payload":"no"} , "payload" :${payload}  },"last":null}`;
  expect(sliceJson(json, ['request', 'payload'])).toBe(payload);
  expect(sliceJson(json, ['last'])).toBe('null');
  expect(sliceJson(json, [])).toBe(json);
});

test('a missing member, and a step that is no object, are undefined', () => {
  expect(sliceJson('{"a":{}}', ['a', 'b'])).toBeUndefined();
  expect(sliceJson('{"a":[1]}', ['a', 'b'])).toBeUndefined();
  expect(sliceJson('{}', ['a'])).toBeUndefined();
});

test('a text of megabytes is cut without a deep stack', () => {
  const payload = JSON.stringify({ text: 'a"b\\'.repeat(1_000_000) });
  expect(sliceJson(`{"payload":${payload}}`, ['payload']) === payload).toBe(true);
});

test('for every document the slice is the text of the member', () => {
  assert(
    property(dictionary(string(), jsonValue()), jsonValue(), integer({ min: 0, max: 2 }), (others, value, indent) => {
      const { payload: _, ...rest } = others;
      const json = JSON.stringify({ request: { ...rest, payload: value } }, null, indent);
      const slice = sliceJson(json, ['request', 'payload']);
      expect(JSON.parse(slice!)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
