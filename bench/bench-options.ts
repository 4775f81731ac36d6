/** How long and how often to measure. */
export interface BenchOptions {
  /** The length of one round or of a paced run; each benchmark has its own default. */
  seconds: number | undefined;
  /** Rounds of each side, in turns. */
  rounds: number;
  /** Pushes in one round of those that count pushes. */
  pushes: number;
  /** How often the crash bench kills the server, and during how many pushes. */
  crash: { kills: number; pushes: number };
  /** Where the measured servers leave CPU profiles (`--cpu-prof` of Node). */
  profile: string | undefined;
}
