import { Argument, Command, CommanderError } from 'commander';
import { addRemoteVerbs, remoteVerbs } from './add-remote-verbs.ts';
import { completionScript, shells } from './completion.ts';
import { addConfigVerbs, configVerbs } from './config-verbs.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { addHookVerbs, hookVerbs } from './hook-verbs.ts';
import { explainFailure } from './explain-failure.ts';
import type { ListenOptions } from './listen.ts';
import type { ReconcileOptions } from './reconcile.ts';
import type { RegisterOptions } from './register.ts';
import type { RunOptions } from './run.ts';
import { addSecretVerbs, secretVerbs } from './secret-verbs.ts';
import { addTicketVerbs, ticketVerbs } from './ticket-verbs.ts';

type Run = (context: CommandContext) => Promise<ExitCode>;

/** Takes what a command line asks for; `address` is the server that it names. */
type Choose = (run: Run, address?: string) => void;

/** Runs one command line (without the program's own name) and answers the exit code. Never throws. */
export async function runProgram(context: CommandContext, words: readonly string[]): Promise<ExitCode> {
  let chosen: Run | undefined;
  let address: string | undefined;
  const program = createProgram(context, (run, url) => {
    chosen = run;
    address = url;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    if (chosen === undefined) return 0;
    const url = address ?? program.opts<{ url?: string }>().url;
    return await chosen(url === undefined ? context : { ...context, environment: { ...context.environment, REPOWATCH_URL: url } });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    context.tell(explainFailure(error));
    return 1;
  }
}

/** What the help says of a verb. */
interface Help {
  summary: string;
  description: string;
  example: string;
  more?: string[];
}

/** What the help says of each verb. */
const verbs = {
  start: {
    summary: 'run RepoWatch',
    description: 'Runs RepoWatch with the settings of the environment and of .env in the current folder, until SIGTERM or Ctrl-C.',
    example: 'repowatch start',
  },
  register: {
    summary: 'register the GitHub App',
    description:
      'Serves a page on this machine that registers the App on GitHub from app.yml, and keeps its credentials in DATA_DIR/app.json, readable by this user only. Honours DATA_DIR, PUBLIC_URL, GITHUB_URL and GITHUB_API_URL.',
    example: 'repowatch register --org acme --public-url https://repowatch.example.com',
  },
  doctor: {
    summary: 'look at everything that has to be right',
    description:
      'Looks at the credentials, the permissions and events of the App, its webhook and installations, the clock, the database, the queue, the keys and the address, and says what to do about each finding. Works beside a running server and without one. Exit code 0 when nothing is broken, 1 otherwise.',
    example: 'repowatch doctor --json',
  },
  worker: {
    summary: 'run RepoWatch without its pages and API',
    description:
      'The same as start with ROLES=worker: works on what is queued, beside servers on the same database that run with ROLES=web,scheduler or any others.',
    example: 'DATABASE_URL=postgres://db/repowatch repowatch worker',
  },
  completion: {
    summary: 'print a script that completes verbs and options in your shell',
    description: 'Prints a script that completes verbs and options in bash, zsh or fish. Its first lines say where it goes.',
    example: 'repowatch completion bash >> ~/.bashrc',
    more: ['repowatch completion fish > ~/.config/fish/completions/repowatch.fish'],
  },
  migrate: {
    summary: 'bring the database up to this version',
    description: 'Applies the migrations that the database lacks. "start" does the same; this is for those who want it apart.',
    example: 'repowatch migrate --down',
  },
  demo: {
    summary: 'watch RepoWatch work on real git pushes, without any setup',
    description:
      'Starts RepoWatch beside a GitHub of its own on this machine, pushes commits, shows what comes of them, and stays up for your own pushes. Honours PORT, HOST, ADMIN_TOKEN, DATA_DIR and LOG_LEVEL.',
    example: 'PORT=8080 repowatch demo --once',
  },
  reconcile: {
    summary: 'compare repositories with GitHub now',
    description:
      'Asks a running server to compare a repository, those of an installation, or all with GitHub, and shows how far it is. Exit code 1 when something failed. Needs REPOWATCH_TOKEN or ADMIN_TOKEN; honours REPOWATCH_URL.',
    example: 'repowatch reconcile acme/app',
  },
  listen: {
    summary: 'receive webhooks on this machine and look at them',
    description:
      'A receiver for trying things out: prints every request, says whether its signature is right (Standard Webhooks v1 and v1a, and GitHub’s), keeps the last ones at /results, and answers with the status that you choose. Let RepoWatch send there with OUTBOUND_ALLOW=127.0.0.1:9000. Needs no server. Ends with Ctrl-C.',
    example: 'repowatch listen --port 9000 --secret whsec_…',
    more: ['repowatch listen --status 503 --status 503 --status 200', 'repowatch listen --json --quiet | jq .signature'],
  },
  run: {
    summary: 'start a watch by hand',
    description:
      'Asks a running server to run a watch that has a manual trigger, and shows what came of it. Exit code 1 when it did not run or did not succeed. Needs REPOWATCH_TOKEN or ADMIN_TOKEN; honours REPOWATCH_URL.',
    example: 'repowatch run acme/app deploy --ref release/1 --input environment=staging',
  },
  ...hookVerbs,
  ...configVerbs,
  ...ticketVerbs,
  ...secretVerbs,
};

/** The verbs with their options. A verb only chooses what is to run, so that parsing and running fail apart, and only what is run is loaded. */
function createProgram(context: CommandContext, choose: Choose): Command {
  const remote = Object.values(remoteVerbs).map((entry) => ('kind' in entry ? entry : Object.values(entry.verbs)[0]!));
  const examples = [...Object.values(verbs), ...remote].map(({ example }) => `  $ ${example}`);
  const program = new Command('repowatch')
    .description('Does what .github/repowatch.yml asks when something changes in a repository: once, in order, with retries.')
    .version(context.version, '-V, --version', 'print the version')
    .option('--url <address>', 'the address of the server that verbs talk to; wins over REPOWATCH_URL')
    .enablePositionalOptions()
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showHelpAfterError('repowatch --help lists what there is.')
    .configureOutput({ writeOut: (text) => context.print(text.trimEnd()), writeErr: (text) => context.tell(text.trimEnd()) })
    .exitOverride()
    .addHelpText(
      'after',
      `\nExamples:\n${examples.join('\n')}\n\nThe settings of start are explained in docs/settings.md; demo needs none.`,
    );
  const add = (verb: keyof typeof verbs) => {
    const { summary, description, example, more = [] }: Help = verbs[verb];
    const lines = [example, ...more].map((line) => `\n  $ ${line}`);
    return program
      .command(verb)
      .summary(summary)
      .description(description)
      .addHelpText('after', `\nExample:${lines.join('')}`);
  };
  add('start').action(() => choose(async (given) => (await import('./start.ts')).start(given)));
  addSetupVerbs(add, choose);
  add('migrate')
    .option('--down', 'take back the last migration; its data is lost')
    .option('--all', 'with --down: take back every migration')
    .action((options: { down?: true; all?: true }) => choose(async (given) => (await import('./migrate.ts')).migrate(given, options)));
  add('demo')
    .option('--once', 'stop after the tour, with exit code 0 when everything went well')
    .action((options: { once?: true }) => choose(async (given) => (await import('./demo.ts')).demo(given, options)));
  add('worker').action(() =>
    choose(async (given) => (await import('./start.ts')).start({ ...given, environment: { ...given.environment, ROLES: 'worker' } })),
  );
  add('completion')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(shells))
    .action((shell: (typeof shells)[number]) =>
      choose(async (given) => {
        given.print(completionScript(program, shell).trimEnd());
        return 0;
      }),
    );
  addRunVerbs(add, choose);
  addListenVerb(add, choose);
  addHookVerbs(add, choose);
  addConfigVerbs(add, choose);
  addTicketVerbs(add, choose);
  addSecretVerbs(add, choose);
  addRemoteVerbs(program, choose);
  return program;
}

/** The verb that receives. */
function addListenVerb(add: (verb: keyof typeof verbs) => Command, choose: Choose): void {
  const gather = (text: string, given: string[] | undefined) => [...(given ?? []), text];
  add('listen')
    .option('--port <port>', 'the port; 0 takes a free one', '9000')
    .option('--host <host>', 'the address to listen at', '127.0.0.1')
    .option('--secret <key>', 'a key to verify with: whsec_…, whpk_… or plain text; can be given several times', gather)
    .option('--status <code>', 'the status of the answers; given several times: of the next ones in order, the last one stays', gather)
    .option('--retry-after <value>', 'the header that goes with 429 and 503')
    .option('--quiet', 'one line for each request')
    .option('--json', 'one JSON object for each request')
    .action((options: ListenOptions) => choose(async (given) => (await import('./listen.ts')).listen(given, options)));
}

/** The verbs that compare with GitHub and start a watch by hand. */
function addRunVerbs(add: (verb: keyof typeof verbs) => Command, choose: Choose): void {
  add('reconcile')
    .alias('sync')
    .argument('[repository]', 'owner/name; without it all')
    .option('--installation <id>', 'all repositories of an installation')
    .option('--json', 'print the job as JSON')
    .option('--no-wait', 'do not wait until it is over')
    .action((name: string | undefined, options: ReconcileOptions) =>
      choose(async (given) => (await import('./reconcile.ts')).reconcile(given, name, options)),
    );
  add('run')
    .argument('<repository>', 'owner/name')
    .argument('<watch>', 'the id of the watch')
    .option('--ref <branch>', 'the branch that it is meant for; without it the default branch')
    .option('--input <name=value>', 'an input of the watch; can be given several times', (text: string, given: string[] | undefined) => [
      ...(given ?? []),
      text,
    ])
    .option('--json', 'print the change and its runs as JSON')
    .option('--no-wait', 'do not wait until it is over')
    .action((repository: string, watch: string, options: RunOptions) =>
      choose(async (given) => (await import('./run.ts')).run(given, { repository, watch }, options)),
    );
}

/** The verbs with which a RepoWatch is set up and looked at. */
function addSetupVerbs(add: (verb: keyof typeof verbs) => Command, choose: Choose): void {
  add('register')
    .option('--org <login>', 'the organisation that owns the App; without it your own account does')
    .option('--public-url <url>', 'where GitHub reaches RepoWatch; wins over PUBLIC_URL')
    .option('--name <name>', 'what the App is called on GitHub, where names are unique')
    .option(
      '--with <tiers>',
      'features beside branches and tags: checks,statuses,config_issue,issues,pull_requests,releases,visibility,webhooks,people',
    )
    .option('--port <port>', 'the port of the page; without it any free one')
    .option('--force', 'replace the credentials of an App that is registered already')
    .action((options: RegisterOptions) => choose(async (given) => (await import('./register.ts')).register(given, options)));
  add('doctor')
    .option('--json', 'print the findings as JSON')
    .action((options: { json?: true }) => choose(async (given) => (await import('./doctor.ts')).doctor(given, options)));
}
