/** Something that was asked for and that GitHub left out without a word (handbook G5). */
export interface Dropped {
  field: string;
  value: string;
}

/** What of a list GitHub did not take. Names of labels and people are the same in any case. Pure. */
export function findDropped(field: string, asked: readonly string[], got: readonly string[]): Dropped[] {
  const there = new Set(got.map((value) => value.toLowerCase()));
  return asked.filter((value) => !there.has(value.toLowerCase())).map((value) => ({ field, value }));
}

/** For one value: what was asked for, unless it is there. Pure. */
export function findDroppedValue(field: string, asked: string | number | undefined, got: string | number | null | undefined): Dropped[] {
  return asked === undefined || String(asked) === String(got ?? '') ? [] : [{ field, value: String(asked) }];
}
