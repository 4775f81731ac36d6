/** A move of a ref that really happened on GitHub. */
export interface RealMove {
  before: string;
  after: string;
  /** True when GitHub has a delivery about it in its record, wherever that went. */
  told: boolean;
}

/** A change of that ref as RepoWatch recorded it; an observed one stands for every move between its heads. */
export interface RecordedChange {
  before: string;
  after: string;
  observed: boolean;
}

/**
 * Whether the recorded changes of one ref are exactly its moves: each move in one change, each change made of moves that follow
 * one another, nothing left over. Nobody can know of untold moves that led back to where they began, nor of any untold move of a
 * tag (GitHub keeps no history of tags): those may be missing. Answers what is wrong, or undefined.
 */
export function explainMoves(ref: string, moves: RealMove[], changes: RecordedChange[]): string | undefined {
  const heads = moves.length === 0 ? [] : [moves[0]!.before, ...moves.map(({ after }) => after)];
  const isTag = ref.startsWith('refs/tags/');
  const tried = new Set<string>();
  const fits = (at: number, left: RecordedChange[]): boolean => {
    if (at === moves.length) return left.length === 0;
    const key = `${at} ${left.map((change) => changes.indexOf(change)).join()}`;
    if (tried.has(key)) return false;
    tried.add(key);
    const isCovered = left.some(
      (change) =>
        change.before === heads[at] &&
        endsOf(change, at).some((end) =>
          fits(
            end,
            left.filter((other) => other !== change),
          ),
        ),
    );
    return isCovered || unknowable(at).some((end) => fits(end, left));
  };
  const endsOf = (change: RecordedChange, at: number): number[] => {
    const ends = heads.flatMap((head, index) => (index > at && head === change.after ? [index] : []));
    return change.observed ? ends : ends.filter((end) => end === at + 1);
  };
  const unknowable = (at: number): number[] => {
    const untold = moves.findIndex((move, index) => index >= at && move.told);
    const limit = untold === -1 ? moves.length : untold;
    return heads.flatMap((head, index) => (index > at && index <= limit && (isTag || head === heads[at]) ? [index] : []));
  };
  if (fits(0, changes)) return undefined;
  const short = (sha: string) => (/^0+$/.test(sha) ? '0' : sha.slice(0, 5));
  const real = moves.map(({ before, after, told }) => `${short(before)}>${short(after)}${told ? '' : '?'}`);
  const recorded = changes.map(({ before, after, observed }) => `${short(before)}${observed ? '>>' : '>'}${short(after)}`);
  return `${ref}: GitHub ${real.join(' ')}; recorded ${recorded.join(' ')}`;
}
