import { Client } from 'pg';
import { testPrivateKey } from './support/private-key.ts';
import { prepareTemplate, templateName } from './support/template.ts';
import { addressVariable, startTestServer, type TestServer } from './support/test-server.ts';

declare global {
  // globalTeardown runs in the same process and finds the server here.
  var repowatchTestServer: TestServer | undefined;
}

/** Starts one Postgres for the whole run, migrates the template that every test database is copied from, and makes the App's key. */
export default async function setUp(): Promise<void> {
  const server = await startTestServer();
  globalThis.repowatchTestServer = server;
  process.env[addressVariable] = server.url;
  testPrivateKey('pkcs1');
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(`create database ${templateName}`);
  await client.end();
  const url = new URL(server.url);
  url.pathname = `/${templateName}`;
  await prepareTemplate(url.href);
}
