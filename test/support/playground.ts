import type { StandIn } from '../../src/stand-in/stand-in.ts';
import type { RealMove } from './explain-moves.ts';
import type { Lot } from './lot.ts';

const zero = '0'.repeat(40);

/** GitHub's times are whole seconds: two moves of one ref within one have no order, and nobody pushes like that. Milliseconds. */
const apartMs = 1_100;

/** A repository as the people who work on it know it. */
interface Place {
  id: number;
  owner: string;
  name: string;
  /** Whether its configuration has a watch for everything that happens to its refs. */
  watched: boolean;
  heads: Map<string, string>;
  /** Commits that a ref can be pointed at. */
  shas: string[];
  touchedAt: Map<string, number>;
  moves: Map<string, RealMove[]>;
}

/** People who push, tag, delete and rename, and what of it really happened. */
export interface Playground {
  /** All repositories, by GitHub's ids. */
  places: Map<number, Place>;
  /** Does something somewhere; answers what, for a log. */
  act(): Promise<string>;
  /** GitHub reaches us, sends nothing, or is refused. */
  setHearing(hearing: 'on' | 'lost' | 'refused', url: string): Promise<void>;
  /** An installation that hears nothing. */
  suspend(owner: string): Promise<void>;
  resume(): Promise<void>;
}

/** Looks at the repositories that there are and begins to keep a record. */
export async function createPlayground(github: StandIn, lot: Lot, ids: Map<string, number>): Promise<Playground> {
  const places = new Map<number, Place>();
  const suspended = new Set<string>();
  let lost = false;
  let count = 0;
  const add = async (owner: string, name: string): Promise<void> => {
    const heads = new Map(Object.entries(await github.refs(`${owner}/${name}`)));
    const id = ids.get(`${owner}/${name}`)!;
    places.set(id, {
      id,
      owner,
      name,
      watched: !name.startsWith('v'),
      heads,
      shas: [heads.get('refs/heads/main')!],
      touchedAt: new Map(),
      moves: new Map(),
    });
  };
  for (const name of ['a1', 'a2', 'a3', 'wide1', 'v1', 'v2', 'v3', 'v109']) await add('acme', name);
  for (const name of ['b1', 'b2']) await add('beta', name);
  const full = ({ owner, name }: Place) => `${owner}/${name}`;
  const note = (place: Place, ref: string, after: string): void => {
    const before = place.heads.get(ref) ?? zero;
    if (before === after) return;
    const told = !lost && !suspended.has(place.owner);
    place.moves.set(ref, [...(place.moves.get(ref) ?? []), { before, after, told }]);
    if (after === zero) place.heads.delete(ref);
    else place.heads.set(ref, after);
    place.touchedAt.set(ref, Date.now());
  };
  const isFree = (place: Place, ref: string) => Date.now() - (place.touchedAt.get(ref) ?? 0) > apartMs;
  const choose = (place: Place, prefix: string) => {
    const free = [...place.heads.keys()].filter((ref) => ref.startsWith(prefix) && isFree(place, ref));
    return free.length === 0 ? undefined : lot.pick(free);
  };
  const point = async (place: Place, ref: string, sha: string): Promise<void> => {
    if (sha === zero) await github.deleteRef({ repo: full(place), ref });
    else await github.updateRef({ repo: full(place), ref, sha });
    note(place, ref, sha);
  };
  const commit = async (place: Place): Promise<void> => {
    const ref = choose(place, 'refs/heads/');
    if (ref === undefined) return;
    count += 1;
    const branch = ref.slice('refs/heads/'.length);
    const sha = await github.commitFile({ repo: full(place), branch, path: `f${count % 3}.txt`, content: String(count) });
    note(place, ref, sha);
    place.shas.push(sha);
  };
  const move = async (place: Place, prefix: string): Promise<void> => {
    const ref = choose(place, prefix);
    if (ref !== undefined) await point(place, ref, lot.pick(place.shas));
  };
  const create = async (place: Place, ref: string): Promise<void> => {
    if (!place.heads.has(ref) && isFree(place, ref)) await point(place, ref, lot.pick(place.shas));
  };
  const remove = async (place: Place, prefix: string): Promise<void> => {
    const ref = choose(place, prefix);
    if (ref !== undefined && ref !== 'refs/heads/main') await point(place, ref, zero);
  };
  const rename = async (place: Place): Promise<void> => {
    count += 1;
    const name = `${place.name.replace(/-\d+$/, '')}-${count}`;
    await github.renameRepository(full(place), name);
    place.name = name;
  };
  const deeds: [weight: number, name: string, work: (place: Place) => Promise<void>][] = [
    [8, 'commit', commit],
    [3, 'branch moved', (place) => move(place, 'refs/heads/')],
    [4, 'branch created', (place) => create(place, `refs/heads/n${lot.between(1, 4)}`)],
    [3, 'branch deleted', (place) => remove(place, 'refs/heads/')],
    [2, 'tag created', (place) => create(place, `refs/tags/t${lot.between(1, 3)}`)],
    [1, 'tag moved', (place) => move(place, 'refs/tags/')],
    [1, 'tag deleted', (place) => remove(place, 'refs/tags/')],
    [1, 'renamed', rename],
  ];
  const ballot = deeds.flatMap(([weight, name, work]) => Array.from({ length: weight }, () => ({ name, work })));
  return {
    places,
    async act() {
      const place = lot.pick([...places.values()]);
      const { name, work } = lot.pick(ballot);
      await work(place);
      return `${name} in ${full(place)}`;
    },
    async setHearing(hearing, url) {
      lost = hearing === 'lost';
      await github.setWebhooks(lost ? 'off' : 'on');
      await github.setWebhookUrl(hearing === 'refused' ? 'http://127.0.0.1:9/' : url);
    },
    async suspend(owner) {
      if (suspended.has(owner)) return;
      suspended.add(owner);
      await github.suspend(owner);
    },
    async resume() {
      for (const owner of suspended) await github.unsuspend(owner);
      suspended.clear();
    },
  };
}
