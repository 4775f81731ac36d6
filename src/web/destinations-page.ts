import type { FastifyInstance } from 'fastify';
import type { Db } from '../db/connect.ts';
import type { HttpActions } from '../http/http-options.ts';
import { unwrap } from '../http/problem.ts';
import { listDestinations } from '../http/read/destinations.ts';
import { requesterOf } from '../http/requester.ts';
import type { Destination } from '../http/schemas/destination.ts';
import type { Assets } from './assets.ts';
import type { Door } from './door.ts';
import { html, type Html } from './html.ts';
import { icon } from './icons.ts';
import { layout } from './layout.ts';

const looks: Record<Destination['state'], { icon: string; tone: string; sentence: string }> = {
  ok: { icon: 'check-circle-fill', tone: 'success', sentence: 'works' },
  resting: { icon: 'alert', tone: 'attention', sentence: 'failed many times in a row and is left alone for a while' },
  probing: { icon: 'alert', tone: 'attention', sentence: 'one attempt finds out whether it works again' },
  disabled: { icon: 'x-circle-fill', tone: 'danger', sentence: 'said that it is gone; nothing is sent there' },
};

/** How many destinations the page shows. */
const shownDestinations = 100;

function time(at: string | null): string {
  return at === null ? 'never' : `${at.slice(0, 19).replace('T', ' ')} UTC`;
}

function ratesOf({ attempts, success_rate: rate, p50_ms: half, p95_ms: most }: Destination['recent']): string {
  if (rate === null || half === null) return '';
  if (attempts === 1) return `Its one attempt ${rate === 1 ? 'succeeded' : 'failed'} after ${half} ms. `;
  return `${Math.round(rate * 100)}\u00a0% of the last ${attempts} attempts succeeded, half of them took ${half} ms, 95\u00a0% up to ${most ?? half} ms. `;
}

function destinationView(destination: Destination): Html {
  const { id, address, state, recent, waiting_runs: waiting } = destination;
  const look = looks[state];
  return html`<li>
    <span class="tone-${look.tone}">${icon(look.icon, state)}</span>
    <div>
      <strong>${address}</strong> ${look.sentence}
      <p class="muted">
        ${ratesOf(recent)}Last success ${time(destination.last_success_at)}. Last failure
        ${time(destination.last_failure_at)}${destination.last_failure?.message == null ? '.' : `: ${destination.last_failure.message}`}
      </p>
      ${waiting > 0 && html`<p>${waiting} ${waiting === 1 ? 'run waits' : 'runs wait'} for it. Next attempt ${time(destination.opens_at)}.</p>`}
      ${
        state !== 'ok' &&
        html`<form method="post" action="/destinations/${id}/enable">
          <button class="btn btn-sm" type="submit">Let everything go there again</button>
        </form>`
      }
    </div>
  </li>`;
}

/** The page of the places that steps send to, those that do not work first. */
function destinationsPage(assets: Assets, destinations: readonly Destination[]): string {
  const sorted = [...destinations.filter(({ state }) => state !== 'ok'), ...destinations.filter(({ state }) => state === 'ok')];
  const body = html`<header class="top">
      <a class="brand" href="/"><img src="${assets.icon.path}" width="24" height="24" alt="" /> RepoWatch</a>
    </header>
    <main class="doctor">
      <h1>Where steps send to</h1>
      ${sorted.length === 0 && html`<p class="muted">Nothing was sent yet.</p>`}
      <ol class="todo">
        ${sorted.map(destinationView)}
      </ol>
    </main>`;
  return layout(assets, { title: 'Destinations · RepoWatch', body });
}

/** Adds the page of destinations, and the button that lets everything go to one again. */
export function addDestinationsPage(
  app: FastifyInstance,
  options: { assets: Assets; door: Door; db: Db; actions: Pick<HttpActions, 'enableDestination'> },
): void {
  const { assets, door, db, actions } = options;
  const hidden = { schema: { hide: true }, config: { access: 'page' as const } };
  app.get('/destinations', hidden, async (request, reply) => {
    if ((await door.find(request)) === undefined) return reply.redirect('/login', 303);
    const { data } = await listDestinations(db, { limit: shownDestinations }, requesterOf(request));
    return reply.type('text/html; charset=utf-8').send(destinationsPage(assets, data));
  });
  app.post<{ Params: { id: string } }>('/destinations/:id/enable', hidden, async (request, reply) => {
    await door.requireWrite(request);
    const id = /^\d{1,18}$/.test(request.params.id) ? request.params.id : '0';
    await door.allow(request, 'manage', { thing: 'destination', id });
    unwrap(await actions.enableDestination({ id, by: requesterOf(request), requestId: request.id }));
    return reply.redirect('/destinations', 303);
  });
}
