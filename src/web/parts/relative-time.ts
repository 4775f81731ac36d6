import { html, type Html } from '../html.ts';

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];
const formatter = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });

/** "2 min. ago", or "in 3 hr.". Must say what the page's script says (assets/js/10-relative-time.js). */
export function describeAge(at: Date, now: Date): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  const unit = units.find(([, size]) => Math.abs(seconds) >= size);
  return Math.abs(seconds) < 5 || unit === undefined ? 'now' : formatter.format(Math.trunc(seconds / unit[1]), unit[0]);
}

/** A moment as "2 min. ago", exact on hover; `never` where there is none. */
export function timeAgo(at: string | null, never = 'never'): Html {
  if (at === null) return html`<span class="muted">${never}</span>`;
  const exact = `${at.slice(0, 19).replace('T', ' ')} UTC`;
  return html`<relative-time datetime="${at}" title="${exact}">${describeAge(new Date(at), new Date())}</relative-time>`;
}
