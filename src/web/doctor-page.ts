import type { FastifyInstance } from 'fastify';
import type { HttpActions } from '../http/http-options.ts';
import type { Doctor } from '../http/schemas/doctor.ts';
import type { Assets } from './assets.ts';
import type { Door } from './door.ts';
import { html, type Html } from './html.ts';
import { icon } from './icons.ts';
import { layout } from './layout.ts';

const looks: Record<Doctor['status'], { icon: string; tone: string; word: string; verdict: string }> = {
  ok: { icon: 'check-circle-fill', tone: 'success', word: 'in order', verdict: 'Everything is in order' },
  warning: { icon: 'alert', tone: 'attention', word: 'worth a look', verdict: 'It works, and something is worth a look' },
  problem: { icon: 'x-circle-fill', tone: 'danger', word: 'a problem', verdict: 'Something does not work' },
};

function findingView({ level, what, remedy }: Doctor['findings'][number]): Html {
  const look = looks[level];
  return html`<li>
    <span class="tone-${look.tone}">${icon(look.icon, look.word)}</span>
    <div>
      <strong>${what}</strong>
      ${remedy !== null && html`<p>${remedy}</p>`}
    </div>
  </li>`;
}

/** The page with everything that was looked at, what does not work first. */
function doctorPage(assets: Assets, report: Doctor): string {
  const worst = (level: Doctor['status']) => report.findings.filter((finding) => finding.level === level);
  const findings = [...worst('problem'), ...worst('warning'), ...worst('ok')];
  const look = looks[report.status];
  const body = html`<header class="top">
      <a class="brand" href="/"><img src="${assets.icon.path}" width="24" height="24" alt="" /> RepoWatch</a>
    </header>
    <main class="doctor">
      <h1><span class="tone-${look.tone}">${icon(look.icon)}</span> ${look.verdict}</h1>
      <p class="muted">Looked at ${report.checked_at.slice(0, 19).replace('T', ' ')} UTC. <a href="/doctor">Look again</a></p>
      <ol class="todo">
        ${findings.map(findingView)}
      </ol>
    </main>`;
  return layout(assets, { title: `${look.verdict} · RepoWatch`, body });
}

/** Adds the page of the doctor, for those who have signed in. */
export function addDoctorPage(
  app: FastifyInstance,
  { assets, door, actions }: { assets: Assets; door: Door; actions: Pick<HttpActions, 'examine'> },
): void {
  app.get('/doctor', { schema: { hide: true }, config: { access: 'page' } }, async (request, reply) => {
    if ((await door.find(request)) === undefined) return reply.redirect('/login', 303);
    await door.allow(request, 'read', 'everything');
    return reply.type('text/html; charset=utf-8').send(doctorPage(assets, await actions.examine()));
  });
}
