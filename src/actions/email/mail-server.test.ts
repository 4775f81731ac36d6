import { expect, test } from '@jest/globals';
import { judgeMailFailure } from './judge.ts';
import { parseMailbox, parseMailServer } from './mail-server.ts';

test.each([
  ['smtp://mail.test', { secure: false, host: 'mail.test', port: 587, login: undefined }],
  ['smtps://a:b%40c@MAIL.test', { secure: true, host: 'mail.test', port: 465, login: { user: 'a', password: 'b@c' } }],
  ['smtp://[::1]:25/', { secure: false, host: '::1', port: 25, login: undefined }],
  ['smtp://0x7f.1:25', { secure: false, host: '127.0.0.1', port: 25, login: undefined }],
])('%s is a mail server', (text, server) => {
  expect(parseMailServer(text)).toEqual({ ok: true, value: server });
});

test.each([
  'mail.test:25',
  'https://mail.test',
  'smtp://',
  'smtp://mail.test/path',
  'smtp://mail.test?proxy=x',
  'smtp://a:b%zz@mail.test',
  'smtp://a:b%0d%0a@mail.test',
])('%s is no mail server', (text) => {
  const read = parseMailServer(text);
  expect(read).toMatchObject({ ok: false, code: 'action_input_invalid', message: expect.not.stringContaining('b%') });
});

test.each([
  ['ada@acme.test', { name: '', address: 'ada@acme.test' }],
  ['Ada Lovelace <ada@acme.test>', { name: 'Ada Lovelace', address: 'ada@acme.test' }],
  ['"Lovelace, Ada" <ada+x@acme.test>', { name: 'Lovelace, Ada', address: 'ada+x@acme.test' }],
])('%s is one mailbox', (text, box) => {
  expect(parseMailbox(text)).toEqual({ ok: true, value: box });
});

test.each([
  'ada',
  'ada@',
  '@acme.test',
  'a@x.test, b@x.test',
  'a@x.test;b@x.test',
  'Ada <a@x.test> <b@x.test>',
  'a@x.test\r\nBcc: b@x.test',
  'Ada\n<a@x.test>',
  'a@x..test',
  'a b@x.test',
])('%j is not one mailbox', (text) => {
  expect(parseMailbox(text)).toMatchObject({ ok: false });
});

test.each([
  [{ code: 'EAUTH', responseCode: 535, message: 'no' }, 'email_refused'],
  [{ code: 'EAUTH', responseCode: 454, message: 'later' }, 'email_failed'],
  [{ code: 'EENVELOPE', responseCode: 450, message: 'greylisted' }, 'email_failed'],
  [{ code: 'EMESSAGE', responseCode: 554, message: 'spam' }, 'email_refused'],
  [{ code: 'ETIMEDOUT', message: 'Greeting never received' }, 'email_timeout'],
  [{ code: 'ESOCKET', message: 'connect ECONNREFUSED' }, 'email_unreachable'],
  [{ code: 'ESOCKET', message: 'self-signed certificate' }, 'email_insecure'],
  [{ code: 'ETLS', message: 'no STARTTLS' }, 'email_insecure'],
  [{ code: 'EPROTOCOL', message: 'HTTP/1.1 400' }, 'email_failed'],
])('%j is %s', (error, code) => {
  expect(judgeMailFailure(error, 'mail.test:25', (text) => text)).toMatchObject({ code });
});
