import type { ChangeDetail } from '../../http/schemas/change-detail.ts';
import type { ConsideredWatch } from '../../http/schemas/change.ts';
import type { AttemptDetail, RunDetail, RunSummary } from '../../http/schemas/run.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import { branchPath, changePath, repositoryPath, runPath, watchPath } from '../kit/paths.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { facts } from '../parts/facts.ts';
import { pageHead, section } from '../parts/page-head.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { statusIcon, statusLabel } from '../status-view.ts';
import { attemptView } from './attempt-view.ts';
import { isOver, refusedFlash, runActions } from './run-actions.ts';
import { attemptLine, holdUp, stepTitle, ticketList, tookOf } from './run-card.ts';
import { laneWords } from './lane-words.ts';
import { originLink } from './thread-view.ts';
import { pageId } from './thread-page.ts';
import { waterfall } from './waterfall.ts';

/** How many attempts are unfolded with what they sent; the others are loaded when they are opened. */
const unfoldedAttempts = 12;

/** Replays that are listed. */
const shownReplays = 10;

type Step = RunDetail['steps'][number];

function httpStatusOf({ response }: AttemptDetail): number | null {
  const { status } = (response ?? {}) as { status?: unknown };
  return typeof status === 'number' ? status : null;
}

function attemptBlock(attempt: AttemptDetail, { id, open }: { id: string; open: boolean }): Html {
  return html`<li>
    <details class="attempt" id="attempt-${id}" ${open && 'open'}>
      <summary>${attemptLine({ ...attempt, http_status: httpStatusOf(attempt) })}</summary>
      ${attemptView(attempt, `of-${id}`)}
    </details>
  </li>`;
}

function outputsView(step: Step): Html | false {
  const outputs = Object.entries(step.outputs);
  return (
    outputs.length > 0 &&
    html`<dl class="headers outputs">
      ${outputs.map(
        ([name, value]) =>
          html`<div>
            <dt><bdi>${name}</bdi></dt>
            <dd><bdi>${typeof value === 'string' ? value : JSON.stringify(value)}</bdi></dd>
          </div>`,
      )}
    </dl>`
  );
}

function stepView(step: Step, { run, open }: { run: string; open: boolean }): Html {
  const outputs = outputsView(step);
  return html`<li class="step" id="step-${step.position}">
    <div class="line">
      <h3>${stepTitle(step)}</h3>
      <code class="muted step-key" title="Receivers that keep what they have seen by this key do nothing twice"
        >${step.idempotency_key}</code
      >
    </div>
    ${step.message !== null && step.message !== step.attempts.at(-1)?.message && html`<p class="muted step-note">${step.code !== null && html`<code>${step.code}</code> `}<bdi>${step.message}</bdi></p>`}
    <ol class="attempts">
      ${step.attempts.map((attempt, index) =>
        attemptBlock(attempt, { id: `${run}-${step.position}-${attempt.number}`, open: open && index === step.attempts.length - 1 }),
      )}
    </ol>
    ${
      outputs !== false &&
      html`<details class="payload" id="outputs-${step.position}">
        <summary class="muted">Outputs</summary>
        ${outputs}
      </details>`
    }
  </li>`;
}

function stepsSection(run: RunDetail): Html {
  const fewEnough = run.steps.length <= unfoldedAttempts;
  if (run.steps.length === 0) return html`<p class="muted">${isOver(run) ? 'No step was begun.' : 'No step has begun yet.'}</p>`;
  return html`<ol class="steps boxed">
    ${run.steps.map((step) => stepView(step, { run: run.id, open: fewEnough || step.status !== 'succeeded' }))}
  </ol>`;
}

function outcome(run: RunDetail): Html {
  const last = run.steps.flatMap(({ attempts }) => attempts).at(-1);
  const text = run.message ?? (run.status === 'succeeded' ? null : (last?.message ?? null));
  const retry = run.status === 'waiting' ? (last?.retry_at ?? run.due_at) : null;
  const tone = run.status === 'failed' || run.status === 'dead' ? 'danger' : 'attention';
  const says = text !== null || run.code !== null;
  return html`${
    says &&
    html`<p class="flash flash-${tone}">
      ${statusIcon(run.status)} ${run.code !== null && html`<code>${run.code}</code>`} <bdi>${text}</bdi>
      ${retry !== null && html`Next try ${timeAgo(retry)}`}
    </p>`
  }
  ${!says && retry !== null && html`<p class="flash flash-attention">${icon('clock')} Next try ${timeAgo(retry)}</p>`}
  ${run.status === 'dead' && html`<p class="muted hint-line">All tries are used up. Mend what it met, then redrive: it goes on at the step that died. A replay does everything anew.</p>`}
  ${run.blocks && html`<p class="trouble">${icon('blocked')} It holds up its lane, because the order is strict: <a href="/lanes?blocked=true">redrive or skip it</a>.</p>`}
  ${holdUp(run.blocked_by, true)}
  ${run.superseded_by !== null && html`<p class="trouble">${icon('skip')} <a href="${runPath(run.superseded_by)}">Run ${run.superseded_by}</a> goes instead of this one.</p>`}`;
}

function lanePath({ lane, repository }: RunDetail): string {
  return withQuery('/runs', { repository: repository.full_name, lane });
}

function runFacts(run: RunDetail): Html {
  const { full_name: fullName } = run.repository;
  const ref = run.change.ref;
  return facts([
    ['Status', html`${statusLabel(run.status)} ${run.dry_run && html`<span class="chip">dry run: nothing is sent</span>`}`],
    ['Repository', html`<a href="${repositoryPath(fullName)}"><bdi>${fullName}</bdi></a>`],
    ref?.kind === 'branch' && ['Branch', html`<a href="${branchPath(fullName, ref.name)}"><bdi>${ref.name}</bdi></a>`],
    ['Watch', html`<a href="${watchPath(fullName, run.watch.key)}"><bdi>${run.watch.name}</bdi></a>`],
    ['Made', timeAgo(run.created_at)],
    ['Took', tookOf(run)],
    ['Lane', html`<a href="${lanePath(run)}"><bdi title="${run.lane}">${laneWords(run.lane)}</bdi></a> at place ${run.seq}`],
    [
      'Configuration',
      html`<a href="${repositoryPath(fullName, 'config')}${run.config.line !== null && `#L${run.config.line}`}"
          ><code>${run.config.path}${run.config.line !== null && `:${run.config.line}`}</code></a
        >
        <code>${run.config.blob_sha.slice(0, 7)}</code>`,
    ],
    run.replay_of !== null && [
      'Replay of',
      html`<a href="${runPath(run.replay_of)}">run ${run.replay_of}</a>, configuration of ${run.replay_config ?? 'then'}`,
    ],
    run.redriven_at !== null && ['Redriven', html`${timeAgo(run.redriven_at)}${run.redrives > 1 && `, ${run.redrives} times in all`}`],
    run.job_id !== null && ['Job', html`<a href="/jobs/${run.job_id}">job ${run.job_id}</a>`],
  ]);
}

function valueList(entries: readonly (readonly [string, unknown])[]): Html {
  return html`<dl class="headers boxed">
    ${entries.map(
      ([name, value]) =>
        html`<div>
          <dt><bdi>${name}</bdi></dt>
          <dd><bdi>${typeof value === 'string' ? value : JSON.stringify(value)}</bdi></dd>
        </div>`,
    )}
  </dl>`;
}

function whySection(run: RunDetail, change: ChangeDetail | undefined): Html {
  const watch: ConsideredWatch | undefined = change?.considered.find(({ key }) => key === run.watch.key);
  const inputs = Object.entries((change?.data['inputs'] ?? {}) as Record<string, unknown>);
  const gathered = run.gathered.filter((id) => id !== run.change.id);
  const content = html`<p>
      <a href="${changePath(run.change.id)}"><bdi>${run.change.sentence}</bdi></a>
      <span class="muted">${timeAgo(run.change.happened_at)}</span>
    </p>
    ${watch?.matched === true && html`<p class="muted">The watch <bdi>${watch.watch}</bdi> matched it ${originLink(watch)}.</p>`}
    ${watch?.matched === false && html`<p class="muted">Its filters were not asked again: somebody started it.</p>`}
    ${gathered.length > 0 && html`<p class="muted">It has gathered ${gathered.length} more: ${gathered.slice(0, 20).map((id) => html`<a href="${changePath(id)}">change ${id}</a> `)}</p>`}`;
  const parameters = Object.entries(run.parameters);
  return html`${section('Why it ran', content)} ${inputs.length > 0 && section('Inputs', valueList(inputs))}
  ${parameters.length > 0 && section('Parameters of its branch', valueList(parameters))}`;
}

function replaysSection(run: RunDetail, { data, meta }: ListAnswer<RunSummary>): Html | false {
  if (data.length === 0) return false;
  const all = html`<a href="${withQuery('/runs', { replay_of: run.id })}">All replays</a>`;
  return section(
    'Replays of it',
    html`<ul class="replays">
      ${data.map(
        (one) =>
          html`<li>
            ${statusIcon(one.status)} <a href="${runPath(one.id)}">Run ${one.id}</a> ${statusLabel(one.status)}
            <span class="muted">configuration of ${one.replay_config ?? 'then'} · ${timeAgo(one.created_at)}</span>
          </li>`,
      )}
    </ul>`,
    meta.next === null ? {} : { actions: all },
  );
}

async function readChange({ api }: View, { change }: RunDetail): Promise<ChangeDetail | undefined> {
  return await api.find<ChangeDetail>(`/api/changes/${change.id}`);
}

/** Everything of one run: why it ran, how it went, what was sent and answered, and what can be done. */
export const runPage: PageDefinition = {
  path: '/runs/:id',
  place: 'runs',
  async render(view) {
    const id = pageId(view, 'run');
    const run = await view.api.get<RunDetail>(`/api/runs/${id}`);
    const [change, replays] = await Promise.all([
      readChange(view, run),
      view.api.get<ListAnswer<RunSummary>>(withQuery('/api/runs', { replay_of: id, limit: shownReplays })),
    ]);
    const head = pageHead({
      title: `Run ${id} · ${run.watch.name}`,
      crumbs: [{ title: 'Runs', path: '/runs' }],
      actions: runActions(view, run),
    });
    const live = {
      run: html`${head} ${outcome(run)} ${runFacts(run)}`,
      steps: html`${section('Time', waterfall(run))} ${section('Steps', stepsSection(run))}
      ${run.tickets.length > 0 && section('Tickets', ticketList(run.tickets))} ${replaysSection(run, replays)}`,
    };
    const body = html`${refusedFlash(view)} ${livePart('run', live.run)} ${whySection(run, change)} ${livePart('steps', live.steps)}`;
    return { title: `Run ${id} · ${run.watch.name}`, body, live };
  },
};
