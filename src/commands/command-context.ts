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
  /** True when a person looks at standard output on a terminal, which shows colours. */
  coloured?: boolean;
  /** True when a person looks at standard error, and not a file or another program. */
  attended: boolean;
  /** From the first call on, a request to stop (a signal, or the end of the launcher) aborts this instead of ending the process. */
  listenForStop(): AbortSignal;
}

/** The exit code of a command: 0 when it did what was asked. */
export type ExitCode = number;
