import type { Command } from 'commander';
import type { CommandContext, ExitCode } from './command-context.ts';

/** What the help says of the verbs about tickets. */
export const ticketVerbs = {
  tickets: {
    summary: 'check state machines, test connections to Jira',
    description:
      'tickets validate prints file:line:column: message (code) for each fault of the state machines in a file: a configuration, a file with machines, or the machines alone. Needs no server; exit code 0 when all are fine, 1 otherwise. tickets test-connection asks a running server whose the connection in a secret is; needs REPOWATCH_TOKEN or ADMIN_TOKEN and honours REPOWATCH_URL.',
    example: 'repowatch tickets validate machines.yml',
    more: ['repowatch tickets test-connection acme/app JIRA'],
  },
};

type Run = (context: CommandContext) => Promise<ExitCode>;

/** The verbs about tickets. */
export function addTicketVerbs(add: (verb: keyof typeof ticketVerbs) => Command, choose: (run: Run) => void): void {
  const tickets = add('tickets');
  tickets
    .command('validate')
    .description('check the state machines of files')
    .argument('<files...>', 'the files; - reads standard input')
    .option('--json', 'print the problems as JSON')
    .action((files: string[], options: { json?: true }) =>
      choose(async (given) => (await import('./validate-machines.ts')).validateMachines(given, files, options)),
    );
  tickets
    .command('test-connection')
    .description('ask Jira whose the connection in a secret is')
    .argument('<repository>', 'owner/name of a repository that may use the secret')
    .argument('<connection>', 'the name of the secret')
    .option('--json', 'print the answer as JSON')
    .action((repository: string, connection: string, options: { json?: true }) =>
      choose(async (given) => (await import('./test-connection.ts')).testConnection(given, { repository, connection }, options)),
    );
}
