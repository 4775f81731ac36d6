import type { Command } from 'commander';
import type { CommandContext, ExitCode } from './command-context.ts';
import type { SecretOptions } from './secrets.ts';

/** What the help says of the verbs. */
export const secretVerbs = {
  secrets: {
    summary: 'set, list and forget secrets, see what uses them, rotate the key',
    description:
      'Works on the secrets of a running server; a value is typed in unseen, or comes from standard input, and is never shown again. rotate-key works on the database itself. Needs REPOWATCH_TOKEN, a sign-in or ADMIN_TOKEN; honours REPOWATCH_URL.',
    example: 'repowatch secrets set DEPLOY_TOKEN --repo acme/app --destination api.example.com < token.txt',
    more: ['repowatch secrets list --repo acme/app', 'repowatch secrets rotate-key'],
  },
  tail: {
    summary: 'watch what happens, live',
    description:
      'Prints each delivery and change with what came of it, as it happens: a line when a thread is new, and another when it stands otherwise. When the connection is lost it says so, connects again and goes on where it was. Until Ctrl-C. Needs REPOWATCH_TOKEN, a sign-in or ADMIN_TOKEN; honours REPOWATCH_URL.',
    example: 'repowatch tail --repo acme/app',
    more: ['repowatch tail --status failed --json | jq .thread.id'],
  },
};

const subverbs = {
  set: { summary: 'set a secret, or give it a new value', example: 'repowatch secrets set TOKEN --repo acme/app --from-env MY_TOKEN' },
  list: { summary: 'list secrets, without their values', example: 'repowatch secrets list --installation 3 --json' },
  delete: { summary: 'forget a secret', example: 'repowatch secrets delete TOKEN --repo acme/app --yes' },
  'used-by': { summary: 'list what names a secret', example: 'repowatch secrets used-by TOKEN --scope global' },
  'rotate-key': {
    summary: 'encrypt everything with the first key of SECRETS_KEY',
    example: 'SECRETS_KEY=k2:NEW,k1:OLD repowatch secrets rotate-key',
  },
};

type Run = (context: CommandContext) => Promise<ExitCode>;

const gather = (text: string, given: string[] | undefined) => [...(given ?? []), text];

/** The verbs `secrets` and `tail`. */
export function addSecretVerbs(add: (verb: keyof typeof secretVerbs) => Command, choose: (run: Run) => void): void {
  const secrets = add('secrets');
  const load = () => import('./secrets.ts');
  const below = (verb: keyof typeof subverbs) => {
    const { summary, example } = subverbs[verb];
    const command = secrets
      .command(verb)
      .summary(summary)
      .description(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`)
      .helpOption('-h, --help', 'print this help')
      .showHelpAfterError(`repowatch secrets ${verb} --help shows how it is used.`)
      .addHelpText('after', `\nExample:\n  $ ${example}`);
    return command.copyInheritedSettings(secrets).option('--json', 'print JSON');
  };
  const scoped = (command: Command) =>
    command
      .option('--scope <scope>', 'global, installation, project, repository or watch; follows from the options below')
      .option('--repo <owner/name>', 'of a repository')
      .option('--installation <id>', 'of an installation')
      .option('--project <id>', 'of a project')
      .option('--watch <key>', 'of one watch, with --repo or --project');
  const named = (verb: 'set' | 'delete' | 'used-by') => scoped(below(verb).argument('<name>', 'the name, as files write it'));
  named('set')
    .option('--from-env <variable>', 'take the value from a variable of the environment')
    .option('--destination <host>', 'a host it may be sent to; can be given several times', gather)
    .option('--any-destination', 'let it be sent anywhere; without either, what was allowed stays')
    .option('--value <text>', 'not taken: others can read what stands on a command line')
    .action((name: string, options: SecretOptions) => choose(async (given) => (await load()).setSecret(given, name, options)));
  scoped(below('list'))
    .option('--name <name>', 'only of this name')
    .option('--limit <number>', 'how many at most')
    .action((options: SecretOptions) => choose(async (given) => (await load()).listSecrets(given, options)));
  named('delete')
    .option('--yes', 'do not ask')
    .action((name: string, options: SecretOptions) => choose(async (given) => (await load()).deleteSecret(given, name, options)));
  named('used-by').action((name: string, options: SecretOptions) =>
    choose(async (given) => (await load()).listSecretUses(given, name, options)),
  );
  below('rotate-key').action((options: { json?: true }) =>
    choose(async (given) => (await import('./rotate-key.ts')).rotateKey(given, options)),
  );
  add('tail')
    .option('--repo <owner/name>', 'only of a repository')
    .option('--status <status>', 'only those that are waiting, succeeded, failed or ignored')
    .option('--recent <number>', 'how many of the last threads are shown first', '10')
    .option('--json', 'one JSON object for each event')
    .action((options: { repo?: string; status?: string; recent: string; json?: true }) =>
      choose(async (given) => (await import('./tail.ts')).tail(given, options)),
    );
}
