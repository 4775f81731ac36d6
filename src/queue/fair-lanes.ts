/** Whose turns are shared: the tenant of a lane, and how much of the room is kept for newcomers. */
interface Sharing {
  /** Undefined when nobody's turns are counted: then lanes go in the order in which they came. */
  tenantOf: ((lane: string) => string) | undefined;
  /** The most lanes that are held at once. */
  maxLanes: number;
}

/** This part of the room is only for tenants that hold few lanes, so that whoever comes into a flood finds a place at once. */
const reservedPart = 1 / 4;

/** Who holds less than this part of the room holds few. */
const smallPart = 1 / 40;

/** How many names of one tenant wait here; more of them are rows that the sweep names again. */
const mostOfTenant = 2_000;

/**
 * Lanes that wait for their service, and who holds how many: the next one is always of the tenant that holds the fewest, so that
 * no flood of one delays another. Without tenants a plain queue.
 */
export class FairLanes {
  readonly #tenantOf: (lane: string) => string;
  readonly #maxLanes: number;
  readonly #reserve: number;
  readonly #small: number;
  readonly #cap: number;
  /** By tenant, the one whose turn was longest ago first. */
  readonly #waiting = new Map<string, Set<string>>();
  readonly #held = new Map<string, number>();
  #heldTotal = 0;
  #size = 0;

  constructor({ tenantOf, maxLanes }: Sharing) {
    this.#tenantOf = tenantOf ?? (() => '');
    this.#maxLanes = maxLanes;
    this.#reserve = tenantOf ? Math.floor(maxLanes * reservedPart) : 0;
    this.#small = Math.max(1, Math.floor(maxLanes * smallPart));
    this.#cap = tenantOf ? mostOfTenant : Number.POSITIVE_INFINITY;
  }

  /** How many lanes wait. */
  get size(): number {
    return this.#size;
  }

  /** Lets a lane wait; it does so once. A name too many of one tenant is passed over, unless it must not be. */
  add(lane: string, options: { force?: boolean } = {}): void {
    const tenant = this.#tenantOf(lane);
    const lanes = this.#waiting.get(tenant) ?? new Set();
    if (lanes.has(lane) || (lanes.size >= this.#cap && options.force !== true)) return;
    lanes.add(lane);
    this.#waiting.set(tenant, lanes);
    this.#size += 1;
  }

  /** Takes lanes into service, as many as there is room for. Each is held until it is given back. */
  take(most: number): string[] {
    const taken: string[] = [];
    while (taken.length < most) {
      const tenant = this.#choose();
      if (tenant === undefined) break;
      taken.push(this.#takeOf(tenant));
    }
    return taken;
  }

  /** Gives a lane back that is not served any more. */
  release(lane: string): void {
    const tenant = this.#tenantOf(lane);
    const held = (this.#held.get(tenant) ?? 0) - 1;
    if (held > 0) this.#held.set(tenant, held);
    else this.#held.delete(tenant);
    this.#heldTotal -= 1;
  }

  /** Forgets what waits. */
  clear(): void {
    this.#waiting.clear();
    this.#size = 0;
  }

  #choose(): string | undefined {
    const free = this.#maxLanes - this.#heldTotal;
    if (free <= 0) return undefined;
    let chosen: string | undefined;
    let least = free <= this.#reserve ? this.#small : Number.POSITIVE_INFINITY;
    for (const tenant of this.#waiting.keys()) {
      const held = this.#held.get(tenant) ?? 0;
      if (held >= least) continue;
      chosen = tenant;
      least = held;
      if (held === 0) break;
    }
    return chosen;
  }

  #takeOf(tenant: string): string {
    const lanes = this.#waiting.get(tenant)!;
    const [lane] = lanes;
    lanes.delete(lane!);
    this.#waiting.delete(tenant);
    if (lanes.size > 0) this.#waiting.set(tenant, lanes);
    this.#size -= 1;
    this.#held.set(tenant, (this.#held.get(tenant) ?? 0) + 1);
    this.#heldTotal += 1;
    return lane!;
  }
}
