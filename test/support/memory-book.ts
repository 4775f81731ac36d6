import type {
  OwnTicket,
  RunTickets,
  TicketBook,
  TicketEntry,
  TicketOccasion,
  TicketPlace,
  TicketResult,
} from '../../src/actions/ticket-book.ts';

/** A book of tickets in memory, for tests of kinds and of the engine; what steps recorded is in `results`. */
export interface MemoryBook extends TicketBook {
  results: TicketResult[];
  entries: Map<string, TicketEntry & { happenedAt: Date; place: TicketPlace; cause: string }>;
  own: OwnTicket[];
  openPulls: { repository: string; number: number }[];
  /** True to act as if somebody else holds every ticket. */
  taken: boolean;
}

/** Creates an empty book. */
export function memoryBook(): MemoryBook {
  const book: MemoryBook = {
    results: [],
    entries: new Map(),
    own: [],
    openPulls: [],
    taken: false,
    open: () => Promise.resolve(openBook(book)),
  };
  return book;
}

const nothing: TicketEntry = { fromStatus: null, toState: null, toStatus: null, settled: false, comment: 'none' };

function openBook(book: MemoryBook): RunTickets {
  const idOf = (place: TicketPlace, { cause, action }: TicketOccasion) => JSON.stringify([place, cause, action]);
  const write = (place: TicketPlace, occasion: TicketOccasion, change: (entry: TicketEntry) => Partial<TicketEntry>) => {
    const id = idOf(place, occasion);
    const before = book.entries.get(id) ?? { ...nothing, happenedAt: occasion.happenedAt, place, cause: occasion.cause };
    book.entries.set(id, { ...before, ...change(before) });
    return Promise.resolve();
  };
  return {
    hold: (_place, { signal }, work) => (book.taken || signal.aborted ? Promise.resolve('busy' as const) : work()),
    find: (place, occasion) => Promise.resolve(book.entries.get(idOf(place, occasion))),
    lastMove: (place, { cause }) => {
      const moves = [...book.entries.values()].filter(
        (entry) => JSON.stringify(entry.place) === JSON.stringify(place) && entry.settled && entry.toStatus !== null,
      );
      const times = moves.filter((entry) => entry.cause !== cause).map((entry) => entry.happenedAt.getTime());
      const happenedAt = times.length === 0 ? null : new Date(Math.max(...times));
      return Promise.resolve({ happenedAt, leftIn: moves.at(-1)?.toStatus ?? null });
    },
    plan: (place, occasion, move) =>
      write(place, occasion, (entry) => ({
        fromStatus: entry.fromStatus ?? move.fromStatus,
        toState: entry.toState ?? move.toState,
        toStatus: move.toStatus,
      })),
    settle: (place, occasion, end) =>
      write(place, occasion, (entry) => ({
        fromStatus: entry.fromStatus ?? end.fromStatus,
        toStatus: end.toStatus ?? entry.toStatus,
        settled: true,
      })),
    noteComment: (place, occasion, comment) => write(place, occasion, () => ({ comment })),
    record: (_place, _step, result) => Promise.resolve(void book.results.push(result)),
    noteConnection: () => Promise.resolve(),
    listOwn: ({ keys, numbers }) =>
      Promise.resolve(
        book.own.filter((t) => keys.includes(t.key) || numbers.includes(t.issueNumber ?? -1) || numbers.includes(t.prNumber ?? -1)),
      ),
    createOwn: (ticket) => {
      const made = { ...ticket, key: `T-${book.own.length + 1}`, updatedAt: new Date(0) };
      book.own.push(made);
      return Promise.resolve(made);
    },
    moveOwn: (key, status) => {
      const found = book.own.find((ticket) => ticket.key === key);
      if (found) found.status = status;
      return Promise.resolve();
    },
    listOpenPulls: () => Promise.resolve(book.openPulls),
  };
}
