/** What a command gets from the process it runs in; tests give their own. */
export interface CommandContext {
  /** The environment with the `.env` file beneath it. */
  environment: Record<string, string | undefined>;
  version: string;
  /** Writes a line of the result, on standard output. */
  print(line: string): void;
  /** Writes a line for people, on standard error. */
  tell(line: string): void;
  /** Replaces the last line on the terminal that `tell` writes to; absent where that cannot be. */
  redraw?(line: string): void;
  /** Reads all of standard input; absent where there is none. */
  readInput?(): Promise<Uint8Array>;
  /** Asks the person at the terminal and answers what they typed, undefined when they gave up; hidden: without showing it. Absent where nobody can answer. */
  ask?(question: string, options?: { hidden?: boolean }): Promise<string | undefined>;
  /** True when a person looks at standard output on a terminal, which shows colours. */
  coloured?: boolean;
  /** The size of the terminal that standard output is; undefined when it is none. */
  screen?(): { columns: number; rows: number } | undefined;
  /** True when a person looks at standard error, and not a file or another program. */
  attended: boolean;
  /** From the first call on, a request to stop (a signal, or the end of the launcher) aborts this instead of ending the process. */
  listenForStop(): AbortSignal;
}

/** The exit code of a command: 0 when it did what was asked; docs/cli.md tells the others. */
export type ExitCode = number;
