import { Option, type Command } from 'commander';
import type { CommandContext, ExitCode } from './command-context.ts';
import { parametersOf } from './fill-path.ts';
import { breakerNoun, jobNoun, laneNoun } from './nouns/lanes.ts';
import { auditVerb, peopleNoun, tokenNoun, whoamiVerb } from './nouns/people.ts';
import { projectNoun } from './nouns/projects.ts';
import { configNoun, installationNoun, repositoryNoun, watchNoun } from './nouns/repositories.ts';
import { destinationNoun, recoveryNoun, ticketNoun, triggerNoun } from './nouns/services.ts';
import { changeNoun, deliveryNoun, runNoun } from './nouns/threads.ts';
import { own, type Noun, type OptionValues, type RemoteVerb, type Words } from './remote-verb.ts';

type Run = (context: CommandContext) => Promise<ExitCode>;

/** Every verb on what a running server has. */
export const remoteVerbs: Record<string, Noun | RemoteVerb> = {
  login: own({
    summary: 'sign in to a server, and keep the token in a file of yours',
    example: 'repowatch login --url https://repowatch.example.com',
    more: ['repowatch login --token < token.txt'],
    options: { '--token': 'take a token, typed in or from standard input, instead of signing in with GitHub' },
    load: async () => (await import('./login.ts')).login,
  }),
  logout: own({
    summary: 'forget the token of a server, and end it when signing in had made it',
    example: 'repowatch logout',
    load: async () => (await import('./login.ts')).logout,
  }),
  whoami: whoamiVerb,
  status: own({
    summary: 'say how a server is: health, installations, what waits, runs, gaps, blocked lanes',
    example: 'repowatch status --watch 5',
    options: { '--watch [seconds]': 'show it again and again' },
    load: async () => (await import('./status.ts')).status,
  }),
  repos: repositoryNoun,
  installations: installationNoun,
  watches: watchNoun,
  config: configNoun,
  deliveries: deliveryNoun,
  changes: changeNoun,
  runs: runNoun,
  lanes: laneNoun,
  breakers: breakerNoun,
  jobs: jobNoun,
  projects: projectNoun,
  triggers: triggerNoun,
  destinations: destinationNoun,
  tickets: ticketNoun,
  recovery: recoveryNoun,
  people: peopleNoun,
  tokens: tokenNoun,
  audit: auditVerb,
};

/** What arguments are, by their names. */
const argumentHelp: Record<string, string> = {
  repository: 'owner/name',
  id: 'the id, as the list shows it',
  installation: 'the id of the installation',
  watch: 'the key of the watch',
  person: 'a login on GitHub, or an e-mail address',
  lane: 'the lane, as runs and the list show it',
  file: 'the file; - reads standard input',
  provider: 'github, gitlab or generic',
  name: 'what it is for',
};

/** Adds the verbs of the table, below the words that are there already, too. */
export function addRemoteVerbs(program: Command, choose: (run: Run, address?: string) => void): void {
  for (const [word, entry] of Object.entries(remoteVerbs)) {
    if ('kind' in entry) addVerb(program, { word, verb: entry, choose });
    else {
      const noun = program.commands.find((command) => command.name() === word) ?? addNoun(program, word, entry);
      for (const [below, verb] of Object.entries(entry.verbs)) addVerb(noun, { word: below, verb, choose });
    }
  }
}

function addNoun(program: Command, word: string, { summary, verbs }: Noun): Command {
  const first = Object.values(verbs)[0]!.example;
  return program
    .command(word)
    .summary(summary)
    .description(capital(`${summary}. Works on a running server.`))
    .addHelpText('after', `\nExample:\n  $ ${first}\n\nrepowatch ${word} VERB --help has an example of each.`);
}

function capital(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}`;
}

function addVerb(
  parent: Command,
  { word, verb, choose }: { word: string; verb: RemoteVerb; choose: (run: Run, address?: string) => void },
): void {
  const examples = [verb.example, ...(verb.more ?? [])].map((line) => `\n  $ ${line}`).join('');
  const command = parent
    .command(word)
    .summary(verb.summary)
    .description(capital(`${verb.summary}.`))
    .addHelpText('after', `\nExample:${examples}`);
  const args = [
    ...('path' in verb ? parametersOf(verb.path).map((name) => `<${name}>`) : []),
    ...('args' in verb ? (verb.args ?? []) : []),
  ];
  const names = args.map((flags) => /\w+/.exec(flags)![0]);
  for (const [index, flags] of args.entries()) command.argument(flags, argumentHelp[names[index]!] ?? '');
  for (const [flags, about] of Object.entries(optionsOf(verb))) command.addOption(createOption(flags, about));
  command.action((...given: unknown[]) => {
    const options = command.opts<OptionValues>();
    const entries = names.flatMap((name, index) => (typeof given[index] === 'string' ? [[name, given[index]]] : []));
    const words: Words = { args: Object.fromEntries(entries) as Record<string, string>, options };
    const address = typeof options['url'] === 'string' ? options['url'] : undefined;
    choose(async (context) => (await import('./run-remote-verb.ts')).runRemoteVerb(context, verb, words), address);
  });
}

/** The options of a verb: its own, and those that every verb of its kind has. */
function optionsOf(verb: RemoteVerb): Record<string, string> {
  const shared = { '--json': 'print JSON, as the API answers it', '--url <address>': 'the address of the server; wins over REPOWATCH_URL' };
  const again = { '--watch [seconds]': 'show it again and again, every 2 seconds without a number' };
  if (verb.kind === 'list')
    return {
      ...verb.filters,
      '--limit <rows>': 'at most so many; 30 without it',
      '--all': 'all of them, page by page',
      ...again,
      ...shared,
    };
  if (verb.kind === 'show') return { ...verb.options, ...again, ...shared };
  if (verb.kind === 'own') return { ...verb.options, ...shared };
  return { ...verb.options, ...(verb.sure && { '--yes': 'do it without being asked' }), ...shared };
}

/** An option that ends in `...` can be given several times, each with one value, so that it never takes an argument for one. */
function createOption(flags: string, about: string): Option {
  if (!flags.includes('...')) return new Option(flags, about);
  return new Option(flags.replace('...', ''), `${about}; can be given several times`).argParser(
    (text: string, given: string[] | undefined) => [...(given ?? []), text],
  );
}
