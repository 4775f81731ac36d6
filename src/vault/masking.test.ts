import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createMasker, maskDeep } from './masking.ts';

const secret = `p@ss/w"ör<d>&'+1`;
const mask = createMasker([secret]);

describe('createMasker', () => {
  test.each([
    ['as it is', secret],
    ['URL-encoded', encodeURIComponent(secret)],
    ['URL-encoded in lower case', encodeURIComponent(secret).replaceAll(/%../g, (code) => code.toLowerCase())],
    ['as a form field', new URLSearchParams({ x: secret }).toString().slice(2)],
    ['in JSON', JSON.stringify(secret).slice(1, -1)],
    ['in JSON inside JSON', JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    ['in ASCII-only JSON', String.raw`p@ss/w\"\u00f6r\u003cd\u003e\u0026'+1`],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64url', Buffer.from(secret).toString('base64url')],
    ['in hex', Buffer.from(secret).toString('hex')],
    ['in HEX', Buffer.from(secret).toString('hex').toUpperCase()],
    ['in HTML', `p@ss/w&quot;ör&lt;d&gt;&amp;'+1`],
    ['in HTML with &#39;', `p@ss/w&quot;ör&lt;d&gt;&amp;&#39;+1`],
    ['in HTML with &#x27;', `p@ss/w&quot;ör&lt;d&gt;&amp;&#x27;+1`],
  ])('hides the value %s', (_, text) => {
    expect(mask(`before ${text} after ${text}`)).toBe('before *** after ***');
  });

  test.each([0, 1, 2, 3, 4, 5])('hides it in base64 of a longer text, %d bytes in', (offset) => {
    for (const encoding of ['base64', 'base64url'] as const) {
      const text = Buffer.from(`${'x'.repeat(offset)}hunter2hunter2 and more`).toString(encoding);
      const masked = createMasker(['hunter2hunter2'])(text);
      expect(masked).toContain('***');
      // What is left of the value is at most the letters that also carry bits of its neighbours.
      expect(Buffer.from(masked.split('***')[0]!, encoding).toString().replaceAll('x', '').length).toBeLessThanOrEqual(1);
      expect(Buffer.from(text, encoding).toString()).toContain('hunter2hunter2');
    }
  });

  test('hides each line of a value with several lines', () => {
    const key = '-----BEGIN KEY-----\nabcdefgh12345678\nijklmnop\n-----END KEY-----\n';
    const hide = createMasker([key]);
    expect(hide(key)).toBe('***');
    expect(hide('line: abcdefgh12345678.')).toBe('line: ***.');
    expect(hide(JSON.stringify({ key }))).toBe('{"key":"***"}');
    expect(hide('abcdefgh12345678\r\nijklmnop\r\n')).toBe('***\r\n***\r\n');
  });

  test('leaves values of fewer than four characters, and everything else, alone', () => {
    const hide = createMasker(['abc', '', '  \n  ']);
    expect(hide('abc   is not hidden')).toBe('abc   is not hidden');
    expect(mask('nothing to see')).toBe('nothing to see');
    expect(createMasker([])('text')).toBe('text');
  });

  test('takes the longer of two values, and leaves no tail where two overlap', () => {
    expect(createMasker(['token', 'tokenlong'])('tokenlong token')).toBe('*** ***');
    expect(createMasker(['abcdef', 'efghij'])('xabcdefghijx')).toBe('x***x');
    expect(createMasker(['aaaa'])('baaaaaab')).toBe('b***b');
  });

  test('hides the beginning of a value at the end of a text that was cut, and nowhere else', () => {
    const hide = createMasker(['hunter2hunter2']);
    expect(hide('it is hunter2hun', { cut: true })).toBe('it is ***');
    expect(hide('hunter2hunter2 hunt', { cut: true })).toBe('*** ***');
    expect(hide('hunter2hun is not it', { cut: true })).toBe('hunter2hun is not it');
    expect(hide('it is hunter2hun')).toBe('it is hunter2hun');
    expect(hide(Buffer.from('xhunter2hunter2').toString('base64').slice(0, 12), { cut: true })).toBe('eG***');
  });

  test('takes a value literally, whatever signs it has', () => {
    expect(createMasker(['a.*b'])('a.*b axxb')).toBe('*** axxb');
    expect(createMasker(['$&$1'])('x$&$1x')).toBe('x***x');
  });

  test('never lets a value through, whatever value and text', () => {
    const values = fc.array(fc.string({ minLength: 4, maxLength: 30, unit: 'binary' }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(values, fc.array(fc.string({ unit: 'binary' })), (list, pieces) => {
        const text = list.map((value, index) => `${pieces[index] ?? ''}${value}`).join('|');
        const rest = createMasker(list)(text).split('***');
        return list.every((value) => rest.every((part) => !part.includes(value)));
      }),
      { numRuns: 500 },
    );
  });
});

describe('maskDeep', () => {
  test('reaches texts, names and numbers at any depth, and keeps the rest', () => {
    const hide = createMasker(['hunter2', '123456']);
    const at = new Date(0);
    const masked = maskDeep({ a: ['hunter2', { 'x-hunter2': 'is hunter2' }], n: 123456, m: 7, t: true, z: null, at }, hide);
    expect(masked).toEqual({ a: ['***', { 'x-***': 'is ***' }], n: '***', m: 7, t: true, z: null, at });
  });

  test('does not let a property named __proto__ change anything', () => {
    const masked = maskDeep(JSON.parse('{"__proto__":{"admin":true}}') as object, mask);
    expect(Object.keys(masked)).toEqual(['__proto__']);
    expect('admin' in masked).toBe(false);
  });
});
