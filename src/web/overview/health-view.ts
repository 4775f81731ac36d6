import type { AttentionList } from '../../http/schemas/attention.ts';
import type { HealthAnswer } from '../../http/schemas/first-look.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { deliveryPath } from '../kit/paths.ts';
import { timeAgo } from '../parts/relative-time.ts';

/** A part of this server and whether it works; undefined while nobody knows. */
function partView(name: string, works: boolean | null, detail: string | undefined): Html {
  const word = works === null ? 'not asked yet' : works ? 'works' : 'does not work';
  const tone = works === null ? 'muted' : works ? 'success' : 'danger';
  return html`<li title="${name} ${word}${detail !== undefined && `: ${detail}`}">
    <span class="dot dot-${tone}"></span>${name}<span class="${works === false ? 'tone-danger' : 'sr-only'}"> ${word}</span>
  </li>`;
}

function verdictOf({ status }: HealthAnswer, attention: AttentionList): { icon: string; tone: string; text: string } {
  if (status === 'down') return { icon: 'x-circle-fill', tone: 'danger', text: 'Something does not work' };
  const count = attention.data.length;
  const high = attention.data.some(({ severity }) => severity === 'high');
  if (count === 0) return { icon: 'check-circle-fill', tone: 'success', text: 'Everything works' };
  const number = attention.meta.more ? `More than ${count}` : String(count);
  return {
    icon: 'alert-fill',
    tone: high ? 'danger' : 'attention',
    text: `${number} ${count === 1 ? 'thing needs' : 'things need'} a person`,
  };
}

/** In one line: whether everything works, part by part, and what came in last. */
export function healthView(health: HealthAnswer, attention: AttentionList): Html {
  const verdict = verdictOf(health, attention);
  const { database, queue, github, details, last_delivery: last } = health;
  return html`<div class="health-line health-${verdict.tone}">
      <p class="health-text"><span class="tone-${verdict.tone}">${icon(verdict.icon)}</span> <strong>${verdict.text}</strong></p>
      <ul class="health-parts">
        ${partView('Database', database, details['database'])} ${partView('Queue', queue, details['queue'])}
        ${partView('GitHub', github, details['github'])}
        <li>
          ${icon('inbox')}
          ${
            last === null
              ? html`<a href="/first-steps">No delivery yet</a>`
              : html`<span>Last delivery <a href="${deliveryPath(last.id)}">${timeAgo(last.received_at)}</a></span>`
          }
        </li>
      </ul>
    </div>
    ${Object.values(details).map((text) => html`<p class="flash flash-danger">${icon('alert')} ${text}</p>`)}`;
}
