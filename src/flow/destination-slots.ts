/** How many requests one process makes to a destination at once, for one installation. */
const atOnce = 32;

/** How long a request may wait for its turn until its run makes room for others. Milliseconds. */
const patienceMs = 1_000;

/** Keeps one slow receiver from taking up every hand there is (threat-model.md D9). */
export class DestinationSlots {
  readonly #open = new Map<string, { busy: number; waiting: ((got: boolean) => void)[] }>();

  /** Takes a turn; false when none came free in time. Whoever got one gives it back. */
  async take(key: string): Promise<boolean> {
    const slots = this.#open.get(key) ?? { busy: 0, waiting: [] };
    this.#open.set(key, slots);
    if (slots.busy < atOnce) {
      slots.busy += 1;
      return true;
    }
    return await new Promise((resolve) => {
      const timer = setTimeout(() => {
        slots.waiting.splice(slots.waiting.indexOf(answer), 1);
        resolve(false);
      }, patienceMs);
      const answer = (got: boolean) => {
        clearTimeout(timer);
        resolve(got);
      };
      slots.waiting.push(answer);
    });
  }

  /** Gives a turn back, to whoever waits longest. */
  give(key: string): void {
    const slots = this.#open.get(key);
    if (slots === undefined) return;
    const next = slots.waiting.shift();
    if (next) next(true);
    else if ((slots.busy -= 1) === 0) this.#open.delete(key);
  }
}
