import type { CommandContext } from './command-context.ts';

/** How far something is. */
interface Step {
  done: number;
  total: number;
  /** What it is at, for people. */
  note: string;
}

/** Shows how far something is while it goes on. */
export interface Progress {
  show(step: Step): void;
  /** Leaves the last state standing. */
  end(): void;
}

const width = 24;

/** A bar that counts up on a terminal, and a line for each step elsewhere. */
export function createProgress({ attended, redraw, tell }: Pick<CommandContext, 'attended' | 'redraw' | 'tell'>): Progress {
  let last = '';
  let drawn = '';
  return {
    show(step) {
      const text = `${step.done}/${step.total}${step.note === '' ? '' : ` ${step.note}`}`;
      if (text === last) return;
      last = text;
      if (!attended || redraw === undefined) {
        tell(text);
        return;
      }
      drawn = `${drawBar(step)} ${text}`;
      redraw(drawn);
    },
    end() {
      if (drawn !== '') redraw?.(`${drawn}\n`);
    },
  };
}

function drawBar({ done, total }: Step): string {
  const full = total === 0 ? width : Math.round((done / total) * width);
  return `[${'#'.repeat(full)}${'-'.repeat(width - full)}]`;
}
