import { nodeId } from './payloads.ts';
import type { Json, Repository, World } from './world.ts';

/** Labels and milestones, what was said, and whether issues are on. */
interface Desk {
  labels: Json[];
  milestones: Json[];
  /** By the issue, so that they do not show up inside it. */
  comments: Map<Json, Json[]>;
  enabled: boolean;
}

const desks = new WeakMap<Repository, Desk>();

/** What a repository has beside its issues. */
export function deskOf(repository: Repository): Desk {
  const known = desks.get(repository) ?? { labels: [], milestones: [], comments: new Map<Json, Json[]>(), enabled: true };
  desks.set(repository, known);
  return known;
}

/** Gives a repository labels; those it has stay. */
export function createLabels(world: World, repository: Repository, names: string[]): Json[] {
  const { labels } = deskOf(repository);
  return names.map((name) => {
    const known = labels.find((label) => String(label['name']).toLowerCase() === name.toLowerCase());
    if (known) return known;
    const id = world.nextId();
    const label: Json = { id, node_id: nodeId('LA', id), name, color: 'ededed', description: null, default: false };
    labels.push(label);
    return label;
  });
}

/** Gives a repository a milestone; answers its number. */
export function addMilestone(world: World, repository: Repository, title: string): number {
  const { milestones } = deskOf(repository);
  const number = milestones.length + 1;
  milestones.push({ id: world.nextId(), number, title, state: 'open' });
  return number;
}

/** Switches issues off or on. */
export function switchIssues(repository: Repository, enabled: boolean): void {
  deskOf(repository).enabled = enabled;
}

/** The comments of an issue, oldest first. */
export function commentsOf(repository: Repository, number: number): Json[] {
  const issue = repository.issues.find((each) => each['number'] === number);
  return (issue && deskOf(repository).comments.get(issue)) ?? [];
}
