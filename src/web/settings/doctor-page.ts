import type { Doctor } from '../../http/schemas/doctor.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import type { PageDefinition } from '../kit/view.ts';
import { pageHead } from '../parts/page-head.ts';
import { timeAgo } from '../parts/relative-time.ts';

const looks: Record<Doctor['status'], { icon: string; tone: string; word: string; verdict: string }> = {
  ok: { icon: 'check-circle-fill', tone: 'success', word: 'in order', verdict: 'Everything is in order' },
  warning: { icon: 'alert', tone: 'attention', word: 'worth a look', verdict: 'It works, and something is worth a look' },
  problem: { icon: 'x-circle-fill', tone: 'danger', word: 'a problem', verdict: 'Something does not work' },
};

function findingView({ id, level, code, what, remedy }: Doctor['findings'][number]): Html {
  const look = looks[level];
  return html`<li data-row id="finding-${id.replaceAll(/[^\w-]+/g, '-')}">
    <span class="tone-${look.tone}">${icon(look.icon, look.word)}</span>
    <div>
      <strong><bdi>${what}</bdi></strong> ${code !== null && html`<code>${code}</code>`}
      ${remedy !== null && html`<p class="muted"><bdi>${remedy}</bdi></p>`}
    </div>
  </li>`;
}

/** What the doctor found, what does not work first. */
export function findingsList({ findings }: Doctor, levels: readonly Doctor['status'][] = ['problem', 'warning', 'ok']): Html {
  const sorted = levels.flatMap((level) => findings.filter((finding) => finding.level === level));
  return html`<ul class="findings">
    ${sorted.map(findingView)}
  </ul>`;
}

/** One sentence on how it stands. */
export function verdictOf({ status }: Doctor): Html {
  const look = looks[status];
  return html`<span class="tone-${look.tone}">${icon(look.icon)}</span> ${look.verdict}`;
}

/** The page of everything that has to be right. */
export const doctorPage: PageDefinition = {
  path: '/doctor',
  place: 'doctor',
  async render({ api }) {
    const report = await api.get<Doctor>('/api/doctor');
    const body = html`${pageHead({
      title: verdictOf(report),
      intro: html`Looked at ${timeAgo(report.checked_at)}: credentials, registration, webhook, installations, database, keys, address.`,
      actions: html`<a class="btn" href="/doctor">${icon('sync')}<span>Look again</span></a>`,
    })}
    ${findingsList(report)}`;
    return { title: looks[report.status].verdict, body };
  },
};
