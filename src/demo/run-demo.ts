import { describeError, isRepoWatchError } from '../core/errors.ts';
import { followActivity } from './follow-activity.ts';
import { createNarrator, type Narrator } from './narrator.ts';
import { demoName, demoRepository } from './repository-files.ts';
import { startWorld, type DemoWorld } from './start-world.ts';
import { runTour } from './tour.ts';

/** What a demo is run with. */
export interface DemoOptions {
  environment: Record<string, string | undefined>;
  version: string;
  /** Stop after the tour. */
  once: boolean;
  /** Writes a line of the story. */
  print: (line: string) => void;
  /** Writes a line about trouble. */
  tell: (line: string) => void;
  signal: AbortSignal;
}

/** What a shell calls a command that was ended by Ctrl-C. */
const interrupted = 130;

/** Runs the demo: world, tour, and then whatever the user does, until the signal. Answers the exit code. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const { signal, version, environment } = options;
  const narrator = createNarrator(options.print);
  narrator.title(`RepoWatch ${version}: the demo`);
  narrator.line('   A GitHub, a receiver of webhooks, and RepoWatch between them, all on this machine. Nothing leaves it.\n');
  const world = await startWorld({ environment, version, report: (line) => narrator.fact('start', line), signal });
  let toured = false;
  try {
    tellAddresses(narrator, world);
    await runTour({ world, narrator, signal });
    toured = true;
    if (options.once) return 0;
    summarise(narrator, world);
    await followActivity({ api: world.api, narrator, signal });
    return 0;
  } catch (error) {
    if (signal.aborted) return toured ? 0 : interrupted;
    options.tell(
      `\nThe demo failed. ${isRepoWatchError(error) ? error.message : describeError(error)}\nThe log ${world.logFile} says more.`,
    );
    return 1;
  } finally {
    narrator.line('\n   Stopping …');
    await world.stop();
    narrator.line('   Everything has stopped.');
  }
}

function tellAddresses(narrator: Narrator, world: DemoWorld): void {
  narrator.fact('GitHub', `${world.github.url} (the stand-in, with real git repositories)`, 'good');
  narrator.fact('receiver', `${world.receiver.url} (checks signatures)`, 'good');
  narrator.fact('RepoWatch', `${world.url} (log in ${world.logFile})`, 'good');
}

function summarise(narrator: Narrator, world: DemoWorld): void {
  const { url, adminToken, github, dataDir, logFile } = world;
  narrator.box([
    `Page         ${url}/`,
    `Admin token  ${adminToken}`,
    '',
    `Try it       git clone ${github.url}/${demoRepository}.git`,
    `             cd ${demoName}`,
    '             echo "Hi" >> README.md',
    '             git commit --all --message "Say hi" && git push',
    '',
    `Data         ${dataDir} (log: ${logFile})`,
    'Stop         Ctrl-C',
  ]);
  narrator.line('\n   From here on, everything that happens is shown as it happens.\n');
}
