import type { Command } from 'commander';
import type { CommandContext, ExitCode } from './command-context.ts';
import type { HookOptions } from './hooks.ts';

/** What the help says of the verb, and of those below it. */
export const hookVerbs = {
  hooks: {
    summary: 'list, make, change and remove the hooks of a repository',
    description:
      'Works on the hooks of a repository on a running server. Exit code 0 when it was done, 1 otherwise, with the reason on standard error. Needs REPOWATCH_TOKEN or ADMIN_TOKEN; honours REPOWATCH_URL.',
    example: 'repowatch hooks add acme/app ci https://ci.example.com/hook -e COMMIT,TAG_CREATED',
    more: ['repowatch hooks list acme/app --json', 'repowatch hooks update acme/app ci --deactivate'],
  },
};

const subverbs = {
  list: { summary: 'list the hooks of a repository', example: 'repowatch hooks list acme/app' },
  get: { summary: 'show a hook', example: 'repowatch hooks get acme/app ci --json' },
  add: {
    summary: 'make a hook; its id must be new',
    example: 'repowatch hooks add acme/app ci https://ci.example.com/hook -e all -d "Builds everything"',
  },
  update: { summary: 'change a hook, or switch it off or on', example: 'repowatch hooks update acme/app ci -e COMMIT --activate' },
  remove: { summary: 'remove a hook and show those that are left', example: 'repowatch hooks remove acme/app ci' },
  copy: { summary: 'take over the hooks of another repository', example: 'repowatch hooks copy acme/app acme/other' },
};

type Run = (context: CommandContext) => Promise<ExitCode>;

/** The verb `hooks` with those below it. */
export function addHookVerbs(add: (verb: keyof typeof hookVerbs) => Command, choose: (run: Run) => void): void {
  const hooks = add('hooks');
  const load = () => import('./hooks.ts');
  const below = (verb: keyof typeof subverbs) => {
    const { summary, example } = subverbs[verb];
    const command = hooks
      .command(verb)
      .summary(summary)
      .description(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`)
      .argument('<repository>', 'owner/name')
      .helpOption('-h, --help', 'print this help')
      .showHelpAfterError(`repowatch hooks ${verb} --help shows how it is used.`)
      .addHelpText('after', `\nExample:\n  $ ${example}`);
    return command.copyInheritedSettings(hooks);
  };
  const json = (command: Command) => command.option('--json', 'print JSON');
  const words = (command: Command) =>
    json(command)
      .option('-e, --events [names]', 'all, or names with commas; without a value none')
      .option('-d, --description <text>', 'what it is for')
      .option('--format <format>', 'webgme, standard, github or radar')
      .option('--secret-from <variable>', 'the variable of the environment that holds the key to sign with')
      .option('--activate', 'let it fire')
      .option('--deactivate', 'let it rest');
  json(below('list')).action((repository: string, options: HookOptions) =>
    choose(async (given) => (await load()).listHooks(given, repository, options)),
  );
  json(below('get').argument('<id>', 'the id of the hook')).action((repository: string, id: string, options: HookOptions) =>
    choose(async (given) => (await load()).getHook(given, { repository, id }, options)),
  );
  const adding = words(below('add').argument('<id>', 'the id you choose').argument('<url>', 'where to send'));
  adding.action((repository: string, id: string, url: string) =>
    choose(async (given) => (await load()).addHook(given, { repository, id, url }, adding.opts<HookOptions>())),
  );
  words(below('update').argument('<id>', 'the id of the hook').option('-u, --url <url>', 'where to send')).action(
    (repository: string, id: string, options: HookOptions) =>
      choose(async (given) => (await load()).updateHook(given, { repository, id }, options)),
  );
  json(below('remove').argument('<id>', 'the id of the hook')).action((repository: string, id: string, options: HookOptions) =>
    choose(async (given) => (await load()).removeHook(given, { repository, id }, options)),
  );
  json(below('copy').argument('<from>', 'owner/name of the one they are taken from')).action(
    (repository: string, from: string, options: HookOptions) =>
      choose(async (given) => (await load()).copyHooks(given, { repository, from }, options)),
  );
}
