/** One waiting item with the promise of whoever added it. */
interface Waiting<Item, Result> {
  item: Item;
  size: number;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/** How much one flush may take. */
export interface BatcherLimits<Item> {
  /** The most items in one flush. */
  maxItems: number;
  /** The most weight in one flush; a single heavier item still goes alone. */
  maxSize?: number;
  /** The weight of an item, in the unit of maxSize. */
  sizeOf?: (item: Item) => number;
  /** How many flushes may be on their way at once. */
  concurrency?: number;
}

/**
 * Group commit: items added while a flush is on its way share the next one, so that a busy moment costs one round trip
 * and an idle one waits for nothing. There is no timer. `flush` answers one result per item, in order; when it throws,
 * everybody in that flush is told.
 */
export class Batcher<Item, Result> {
  readonly #flush: (items: Item[]) => Promise<Result[]>;
  readonly #limits: Required<BatcherLimits<Item>>;
  #waiting: Waiting<Item, Result>[] = [];
  #active = 0;

  constructor(flush: (items: Item[]) => Promise<Result[]>, limits: BatcherLimits<Item>) {
    this.#flush = flush;
    this.#limits = { maxSize: Infinity, sizeOf: () => 0, concurrency: 1, ...limits };
  }

  /** Adds an item and answers its result once the flush it travelled in is done. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, size: this.#limits.sizeOf(item), resolve, reject });
      // A microtask later, so that everything added in this turn of the event loop goes together.
      if (this.#active < this.#limits.concurrency) queueMicrotask(() => this.#pump());
    });
  }

  /** How many items wait for a flush. */
  get length(): number {
    return this.#waiting.length;
  }

  #pump(): void {
    while (this.#active < this.#limits.concurrency && this.#waiting.length > 0) {
      const group = this.#take();
      this.#active += 1;
      void this.#run(group).finally(() => {
        this.#active -= 1;
        this.#pump();
      });
    }
  }

  #take(): Waiting<Item, Result>[] {
    let size = 0;
    let count = 0;
    for (const entry of this.#waiting) {
      size += entry.size;
      if (count > 0 && (count >= this.#limits.maxItems || size > this.#limits.maxSize)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #run(group: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#flush(group.map((entry) => entry.item));
      if (results.length !== group.length) throw new Error(`A flush of ${group.length} items answered ${results.length} results`);
      group.forEach((entry, index) => entry.resolve(results[index]!));
    } catch (error) {
      for (const entry of group) entry.reject(error);
    }
  }
}
