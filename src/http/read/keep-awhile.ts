/** The part of the time that may go into reading the same again. */
const readingShare = 1 / 20;
/** Nothing is kept longer than this. Milliseconds. */
const longestMs = 30_000;
/** Answers that are kept at most. */
const keptAnswers = 200;

interface Kept<Value> {
  until: number;
  value: Promise<Value>;
}

/**
 * Keeps what a costly reader answered for as long as reading it again would cost more than a twentieth of the time: 5 ms are kept 0.1 s, 200 ms are
 * kept 4 s. Whoever asks while it is read waits for the same answer. The key has to say everything that the answer depends on, such as whose sight it is.
 */
export function keepAwhile<Question, Value>(
  read: (question: Question) => Promise<Value>,
  keyOf: (question: Question) => string,
): (question: Question) => Promise<Value> {
  const kept = new Map<string, Kept<Value>>();
  return (question) => {
    const key = keyOf(question);
    const last = kept.get(key);
    if (last !== undefined && Date.now() <= last.until) return last.value;
    if (kept.size >= keptAnswers) kept.clear();
    const from = Date.now();
    const value = read(question);
    const entry: Kept<Value> = { until: Number.POSITIVE_INFINITY, value };
    kept.set(key, entry);
    value.then(
      () => void (entry.until = Date.now() + Math.min(longestMs, (Date.now() - from) / readingShare)),
      () => kept.delete(key),
    );
    return value;
  };
}
