import { runDemo } from '../demo/run-demo.ts';
import type { CommandContext, ExitCode } from './command-context.ts';

/** `repowatch demo`: RepoWatch beside a GitHub of its own, with a guided tour on real git pushes. */
export async function demo(context: CommandContext, options: { once?: true }): Promise<ExitCode> {
  return await runDemo({
    environment: context.environment,
    version: context.version,
    once: options.once ?? false,
    print: (line) => context.print(line),
    tell: (line) => context.tell(line),
    signal: context.listenForStop(),
  });
}
