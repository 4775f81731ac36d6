/** A lane's key for people: without the number of its installation, and its parts apart. */
export function laneWords(lane: string): string {
  const key = lane.replace(/^i\d+:/, '');
  const own = /^c(\d+):w\d+$/.exec(key);
  if (own !== null) return `by itself: change ${own[1]!}`;
  if (!key.startsWith('[')) return key;
  try {
    return (JSON.parse(key) as unknown[]).map(String).join(' · ');
  } catch {
    return key;
  }
}
