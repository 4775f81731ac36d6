const units: readonly [seconds: number, letter: string][] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'm'],
  [1, 's'],
];

/** True for a moment as the API writes it. */
export function isMoment(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(value);
}

/** How long ago a moment was, or how soon it will be, for people: `3m ago`, `in 2h`; a date when it is more than 30 days away. */
export function relativeTime(iso: string, now = Date.now()): string {
  const seconds = Math.round((now - Date.parse(iso)) / 1000);
  const distance = Math.abs(seconds);
  if (distance > 30 * 86_400) return iso.slice(0, 10);
  const [size, letter] = units.find(([unit]) => distance >= unit) ?? [1, 's'];
  const text = `${Math.floor(distance / size)}${letter}`;
  if (distance === 0) return 'now';
  return seconds > 0 ? `${text} ago` : `in ${text}`;
}
