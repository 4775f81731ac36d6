import type { Command } from 'commander';
import type { CommandContext, ExitCode } from './command-context.ts';
import type { InitOptions } from './init.ts';
import type { TestOptions } from './test-config.ts';
import type { TryOptions } from './try-script.ts';
import type { ValidateOptions } from './validate.ts';

const defaultFile = '.github/repowatch.yml';

/** What the help says of the verbs about a configuration file. */
export const configVerbs = {
  validate: {
    summary: 'check configuration files',
    description:
      'Prints file:line:column: message for each problem; warnings stop nothing. - reads standard input. Exit code 0 when every file is fine, 1 otherwise. Needs no server.',
    example: 'repowatch validate .github/repowatch.yml',
    more: ['repowatch validate --json - < repowatch.yml', 'repowatch validate --organization organization.yml'],
  },
  test: {
    summary: 'say what a configuration file would do',
    description:
      'Takes the payload of an event, or a change that a running server has, and prints which watches would run, with their inputs filled in and secrets by name, and of every other one file:line:column of the first clause that says no. Sends nothing. With --event no server is needed; --change needs REPOWATCH_TOKEN or ADMIN_TOKEN and honours REPOWATCH_URL. Exit code 0 when something would run, 2 when nothing would, 1 on errors.',
    example: 'repowatch test .github/repowatch.yml --event push.json',
    more: [
      'repowatch test .github/repowatch.yml --event - --event-name release < payload.json',
      'repowatch test .github/repowatch.yml --change 4711 --repo acme/app',
    ],
  },
  try: {
    summary: 'run a script of a step here, with an event',
    description:
      'Runs a script as a script step would, in the same sandbox, with the payload of an event: prints its log and its outputs, and on standard error how long it took. What it fetches is really fetched; OUTBOUND_ALLOW counts. Its state is in memory and gone afterwards, and github.request is refused. Needs no server. Exit code 1 when it fails, with code, message and line.',
    example: 'repowatch try action.js --event push.json',
    more: ['TOKEN=s3cret repowatch try action.ts --event push.json --env STAGE=test --secret TOKEN --json'],
  },
  init: {
    summary: 'write a first configuration file',
    description:
      'Writes a commented .github/repowatch.yml that fits the repository in this folder: its name, default branch and languages are read from its files, git is not run. The watches in it are dry runs until you change that. Refuses to replace a file. Exit code 0 when it was written.',
    example: 'repowatch init',
    more: ['repowatch init --repo acme/app --force'],
  },
};

type Run = (context: CommandContext) => Promise<ExitCode>;

const gather = (text: string, given: string[] | undefined) => [...(given ?? []), text];

/** The verbs about a configuration file, before it is pushed. */
export function addConfigVerbs(add: (verb: keyof typeof configVerbs) => Command, choose: (run: Run) => void): void {
  add('validate')
    .argument('[files...]', `the files to check; ${defaultFile} without one`)
    .option('--json', 'print the problems as JSON')
    .option('--organization', 'read it as the file of an organisation, or of the operator')
    .action((files: string[], options: ValidateOptions) =>
      choose(async (given) => (await import('./validate.ts')).validate(given, files.length > 0 ? files : [defaultFile], options)),
    );
  add('test')
    .argument('[file]', 'the configuration file', defaultFile)
    .option('--event <payload>', 'a file with the payload of an event as GitHub sends it')
    .option('--event-name <name>', 'what the event is called, such as push; guessed without it')
    .option('--change <id>', 'a change that a running server has')
    .option('--repo <owner/name>', 'the repository of the change')
    .option('--organization', 'read it as the file of an organisation, or of the operator')
    .option('--json', 'print everything as JSON')
    .action((file: string, options: TestOptions) =>
      choose(async (given) => (await import('./test-config.ts')).testConfig(given, file, options)),
    );
  add('try')
    .argument('<file>', 'the script; TypeScript when its name ends in .ts')
    .requiredOption('--event <payload>', 'a file with the payload of an event as GitHub sends it')
    .option('--event-name <name>', 'what the event is called, such as push; guessed without it')
    .option('--env <name=value>', 'one of its env; can be given several times', gather)
    .option('--secret <name>', 'a secret, whose value the variable of that name has; can be given several times', gather)
    .option('--timeout <time>', 'how long it may take; 2s without it, at most 60s')
    .option('--json', 'print everything as JSON')
    .action((file: string, options: TryOptions) =>
      choose(async (given) => (await import('./try-script.ts')).tryScript(given, file, options)),
    );
  add('init')
    .option('--repo <owner/name>', 'the repository; without it what its git remote says')
    .option('--folder <folder>', 'the folder of the repository; without it this one')
    .option('--force', 'replace the file that is there')
    .action((options: InitOptions) => choose(async (given) => (await import('./init.ts')).init(given, options)));
}
