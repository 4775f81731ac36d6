/** Bodies up to this size share the small room, so that a few large ones, signed or not, never keep an ordinary one out. */
export const smallBytes = 1024 * 1024;

/** How many bytes of bodies may be in memory at once, for small and for large ones (threat model D2). */
const smallRoom = 32 * 1024 * 1024;
const largeRoom = 64 * 1024 * 1024;

/** Counts the bytes of bodies that are being received or stored, before anybody is trusted. */
export class BodyBudget {
  #small = 0;
  #large = 0;

  /** Starts a body; `declared` is its Content-Length when it has one. */
  open(declared: number | undefined): BodyReservation {
    return new BodyReservation(this, declared);
  }

  /** Moves a body's share; answers false when there is no room. */
  change(from: number, to: number): boolean {
    this.#add(from, -from);
    const fits = to <= smallBytes ? this.#small + to <= smallRoom : this.#large + to <= largeRoom;
    this.#add(fits ? to : from, fits ? to : from);
    return fits;
  }

  #add(size: number, bytes: number): void {
    if (size <= smallBytes) this.#small += bytes;
    else this.#large += bytes;
  }
}

/** One body's share of the budget. */
class BodyReservation {
  readonly #budget: BodyBudget;
  #bytes = 0;
  readonly fits: boolean;

  constructor(budget: BodyBudget, declared: number | undefined) {
    this.#budget = budget;
    this.fits = declared === undefined || this.grow(declared);
  }

  /** Takes what is missing up to so many bytes; answers false when there is no room. */
  grow(bytes: number): boolean {
    if (bytes <= this.#bytes) return true;
    if (!this.#budget.change(this.#bytes, bytes)) return false;
    this.#bytes = bytes;
    return true;
  }

  /** Gives everything back; more than once does no harm. */
  release(): void {
    this.#budget.change(this.#bytes, 0);
    this.#bytes = 0;
  }
}
