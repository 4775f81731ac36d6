/** What a benchmark answers: its own figures, the yardstick measured in the same run, and the ratio that is compared with its target. */
export interface BenchResult {
  name: string;
  figures: Record<string, number>;
  yardstick: Record<string, number>;
  /** Figure divided by yardstick, in the sense that more is better. */
  ratio: number;
  /** The unit of the figures that the ratio compares. */
  unit: string;
}
