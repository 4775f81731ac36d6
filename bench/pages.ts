import { createDb } from '../src/db/connect.ts';
import { migrateUp } from '../src/db/migrate.ts';
import { connectGithubUser } from '../src/people/github-users.ts';
import { insertSession } from '../src/people/sessions.ts';
import { replaceAccess } from '../src/people/user-access.ts';
import type { BenchResult, Goal } from './bench-result.ts';
import { serverSettings, type Lab } from './lab.ts';
import { median, now, percentile } from './measure.ts';
import { storeHistory, type StoredHistory } from './million.ts';
import { readCpuMs } from './process-figures.ts';
import { listQuestions, type Question } from './page-questions.ts';

const storedRuns = 1_000_000;
const asked = 30;

/** Milliseconds that a page may take in the middle. */
const reachMs = 100;

/** Every page, and the lists of the REST side behind them, with a million stored runs: as an administrator, and as somebody who sees three of the 50 repositories. */
export async function benchPages(lab: Lab): Promise<BenchResult> {
  const databaseUrl = await lab.createDatabase();
  const db = createDb({ url: databaseUrl, poolMax: 3 });
  await migrateUp(db);
  const history = await storeHistory(databaseUrl, storedRuns);
  const server = await lab.startServer({ databaseUrl });
  const cookies = {
    admin: await insertSession(db, { adminToken: serverSettings()['ADMIN_TOKEN']! }),
    person: await openPerson(db, history),
  };
  await waitUntilCounted(db);
  await db.destroy();
  const readCpu = () => readCpuMs(server.pid) + lab.postgresCpuMs();
  const times: Measured[] = [];
  for await (const each of measurePages({ url: server.url, history, cookies, turns: asked, readCpuMs: readCpu })) times.push(each);
  await server.stop();
  const goals = times.map(({ question, medians }): Goal => ({
    what: `${question.kind === 'page' ? 'page' : 'REST'} ${question.name}`,
    measured: Math.max(...medians),
    value: Math.max(...medians),
    unit: 'ms',
    reach: reachMs,
    better: 'less',
  }));
  const pages = times.filter(({ question }) => question.kind === 'page');
  const slowest = Math.max(...pages.flatMap(({ medians }) => medians));
  return {
    name: 'pages',
    figures: { stored_runs: history.runs, ...Object.assign({}, ...times.map(({ figures }) => figures)) },
    yardstick: {},
    ratio: reachMs / slowest,
    unit: 'ms',
    goals,
  };
}

/** Somebody who sees three repositories of one account: a busy one, one in the middle and a quiet one. */
export async function openPerson(db: ReturnType<typeof createDb>, { repositories }: StoredHistory): Promise<string> {
  const userId = await connectGithubUser(db, '127.0.0.1', { githubId: '77', login: 'mona' });
  const { installationGithubId } = repositories[0]!;
  const own = repositories.filter((repository) => repository.installationGithubId === installationGithubId);
  const seen = [own[1]!, own[Math.floor(own.length / 2)]!, own.at(-1)!];
  await replaceAccess(db, userId, [
    { githubId: installationGithubId, manages: false, repositories: seen.map(({ githubId }) => ({ githubId, permission: 'read' })) },
  ]);
  return await insertSession(db, { userId });
}

/** The counting for charts begins some seconds after the start. */
async function waitUntilCounted(db: ReturnType<typeof createDb>): Promise<void> {
  for (let turn = 0; turn < 240; turn += 1) {
    const { rows } = await db.raw<{ rows: { counted: boolean }[] }>('select runs >= (select max(id) from runs) as counted from rate_marks');
    if (rows[0]!.counted) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error('What is stored was not counted into slots within two minutes.');
}

interface Measured {
  question: Question;
  medians: number[];
  figures: Record<string, number>;
}

/** Whom to ask as whom, how often, and how to read what CPU time has been used meanwhile. Milliseconds. */
export interface PageMeasure {
  url: string;
  history: StoredHistory;
  cookies: Record<'admin' | 'person', string>;
  turns: number;
  readCpuMs: () => number;
}

/** Asks one thing after the other, so often each, for each caller; the CPU time says more than the clock where others use the machine, too. */
export async function* measurePages(measure: PageMeasure): AsyncGenerator<Measured> {
  const { url, history, cookies, turns, readCpuMs } = measure;
  for (const question of listQuestions(history)) {
    const medians: number[] = [];
    const figures: Record<string, number> = {};
    for (const [caller, cookie] of Object.entries(cookies) as ['admin' | 'person', string][]) {
      if (question.only !== undefined && question.only !== caller) continue;
      const first = await ask(url, { question, cookie });
      const times: number[] = [];
      const cpuBefore = readCpuMs();
      for (let turn = 0; turn < turns; turn += 1) times.push(await ask(url, { question, cookie }));
      medians.push(median(times));
      const name = `${question.kind}: ${question.name} (${caller})`;
      const cpu = (readCpuMs() - cpuBefore) / turns;
      Object.assign(figures, { [`${name} median`]: median(times), [`${name} p95`]: percentile(times, 0.95), [`${name} first`]: first });
      // A connection that Postgres closed meanwhile takes its time along; then there is nothing to say.
      if (cpu >= 0) figures[`${name} CPU`] = cpu;
    }
    yield { question, medians, figures };
  }
}

async function ask(url: string, { question, cookie }: { question: Question; cookie: string }): Promise<number> {
  const began = now();
  const response = await fetch(`${url}${question.path}`, { headers: { cookie: `repowatch_session=${cookie}` }, redirect: 'manual' });
  const text = await response.text();
  const took = now() - began;
  if (response.status !== 200) throw new Error(`${question.path} answered ${response.status}: ${text.slice(0, 300)}`);
  return took;
}
