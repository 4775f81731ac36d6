/** What a benchmark answers: its own figures, the yardstick measured in the same run, and the ratio that is compared with its target. */
export interface BenchResult {
  name: string;
  figures: Record<string, number>;
  yardstick: Record<string, number>;
  /** Figure divided by yardstick, in the sense that more is better. Without a yardstick: the figure divided by what is to be reached. */
  ratio: number;
  /** The unit of the figures that the ratio compares. */
  unit: string;
  /** What is to be reached, and what was. */
  goals?: Goal[];
}

/** One line of a result that can be passed or missed. */
export interface Goal {
  what: string;
  measured: number;
  /** The same of the yardstick in the same run, when there is one. */
  yardstick?: number;
  unit: string;
  /** The number that is compared with `reach`: the ratio, or the measured value itself. */
  value: number;
  reach: number;
  better: 'more' | 'less';
}

/** Whether a goal was met. */
export function isReached(goal: Goal): boolean {
  return goal.better === 'more' ? goal.value >= goal.reach : goal.value <= goal.reach;
}
