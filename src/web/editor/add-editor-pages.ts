import type { FastifyReply, FastifyRequest } from 'fastify';
import { RepoWatchError } from '../../core/errors.ts';
import type { Problem } from '../../http/schemas/problem.ts';
import { valueOfYaml } from '../../watches/edit-yaml.ts';
import { valueAt } from '../../watches/problems.ts';
import { framedPage } from '../kit/frame.ts';
import { withNotice } from '../kit/notices.ts';
import { addPage, pageRoute, viewOf, type FormValues } from '../kit/pages.ts';
import { watchPath } from '../kit/paths.ts';
import type { Site } from '../kit/site.ts';
import type { PageContent, PageDefinition, View } from '../kit/view.ts';
import { html, type Html } from '../html.ts';
import { checkFile } from './check-file.ts';
import { apiPath, editorPath, openApiWatch, openFile, readFacts, type EditorFacts, type WatchDetail } from './editor-facts.ts';
import { addWatch, formMark, nextState, type EditorState } from './editor-state.ts';
import { editorView, problemsView, showForm } from './editor-view.ts';
import { editorHead } from './editor-head.ts';
import { readOnlyWatch } from './read-only-watch.ts';
import { changeCounts, changeDays, tryFile } from './simulate-file.ts';
import { simulationView } from './simulation-view.ts';
import { validationPage } from './validation-page.ts';
import { waysView } from './ways-view.ts';

/** What the editor shows beside its state. */
interface Around {
  values: FormValues;
  refused?: Problem | undefined;
  simulation?: Html;
  /** The watch whose page it is. */
  watch?: WatchDetail | undefined;
}

async function editorContent(view: View, at: { facts: EditorFacts; state: EditorState }, around: Around): Promise<PageContent> {
  const { facts, state } = at;
  const { values, refused, simulation, watch } = around;
  const [check, head] = await Promise.all([
    checkFile(view.api, { fullName: facts.fullName, schema: facts.schema, state }),
    editorHead(view, { facts, state, watch }),
  ]);
  const ways = waysView({ view, facts, state, values, refused });
  return {
    title: head.title,
    body: html`${head.html}${editorView({ facts, state, check, values, simulation, ways, isUnsaved: refused !== undefined })}`,
    scripts: ['editor'],
    width: 'wide',
  };
}

const filePage: PageDefinition = {
  path: '/repos/:owner/:name/config/edit',
  place: 'repositories',
  async render(view) {
    const facts = await readFacts(view);
    return await editorContent(view, { facts, state: openFile(facts) }, { values: {} });
  },
};

const newPage: PageDefinition = {
  path: '/repos/:owner/:name/watches/new',
  place: 'repositories',
  async render(view) {
    const facts = await readFacts(view);
    const opened = openFile(facts);
    const state = addWatch(opened, view.query['template'] ?? 'webhook', facts.branch);
    return await editorContent(view, { facts, state }, { values: {} });
  },
};

const watchPage: PageDefinition = {
  path: '/repos/:owner/:name/watches/:key',
  place: 'repositories',
  async render(view) {
    const key = view.params['key'] ?? '';
    const [facts, watch] = await Promise.all([
      readFacts(view),
      view.api.find<WatchDetail>(apiPath(view, `/watches/${encodeURIComponent(key)}`)),
    ]);
    const file = openFile(facts, key);
    const isInFile = valueAt(valueOfYaml(file.content)?.value, ['watches', key]) !== undefined;
    if (watch?.managed_by === 'api' && watch.definition !== null && !isInFile)
      return await editorContent(view, { facts, state: openApiWatch(watch) }, { values: {}, watch });
    if (watch !== undefined && !isInFile) return await readOnlyWatch(view, facts, watch);
    if (!isInFile)
      throw new RepoWatchError('not_found', `${facts.fullName} has no watch ${key.slice(0, 100)}. Its page lists what it has.`);
    return await editorContent(view, { facts, state: file }, { values: {}, watch });
  },
};

/** One of the numbers that can be chosen. */
function choose(text: string | undefined, from: readonly number[], preset: number): number {
  return from.find((each) => String(each) === text) ?? preset;
}

async function simulated(view: View, { facts, state }: { facts: EditorFacts; state: EditorState }, values: FormValues): Promise<Html> {
  const [first, second] = [changeCounts[1], changeDays[0]];
  const result = await tryFile(view.api, {
    fullName: facts.fullName,
    content: state.content,
    inForce: state.managed === 'file' ? facts.config.in_force?.content : undefined,
    part: state.part,
    changes: choose(values['changes'], changeCounts, first),
    days: choose(values['days'], changeDays, second),
  });
  return simulationView(result, state.part);
}

/** Proposes the file, or saves the watch: where to go then, or why it could not be done. */
async function bringIntoForce(
  view: View,
  { facts, state }: { facts: EditorFacts; state: EditorState },
  values: FormValues,
): Promise<{ to: string } | { refused: Problem }> {
  if (values['op'] === 'save') {
    const watch = valueAt(valueOfYaml(state.content)?.value, ['watches', state.part]);
    const body = typeof watch === 'object' && watch !== null ? watch : { mode: 'off' };
    const saved = await view.api.send({ method: 'PUT', path: apiPath(view, `/watches/${encodeURIComponent(state.part)}`), body });
    return saved.ok ? { to: withNotice(watchPath(facts.fullName, state.part), 'saved') } : { refused: saved.problem };
  }
  const { title = '', message = '', branch = '' } = values;
  const body = {
    content: state.content,
    title,
    message: message.replaceAll('\r\n', '\n'),
    base_sha: state.baseSha === '' ? null : state.baseSha,
    ...(branch.trim() !== '' && { branch: branch.trim() }),
  };
  const proposed = await view.api.send<{ number: number }>({ method: 'POST', path: apiPath(view, '/config/proposals'), body });
  return proposed.ok ? { to: `${editorPath(facts.fullName)}?proposed=${proposed.value.number}` } : { refused: proposed.problem };
}

/** Everything that the editor asks for while somebody works: with a script its parts as JSON, without one the whole page. */
async function edit(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  await site.door.requireWrite(request);
  const values = (request.body ?? {}) as FormValues;
  const view = viewOf(site, request);
  const facts = await readFacts(view);
  const state = nextState(facts.schema, values, facts.branch);
  const op = values['op'] ?? '';
  const at = { facts, state };
  const wantsJson = request.headers.accept?.startsWith('application/json') === true;
  let refused: Problem | undefined;
  if ((op === 'propose' || op === 'save') && state.wrong.length === 0) {
    const done = await bringIntoForce(view, at, values);
    if ('to' in done) return reply.redirect(done.to, 303);
    refused = done.refused;
  }
  const simulation = op === 'simulate' ? await simulated(view, at, values) : undefined;
  if (wantsJson) return await sendParts(view, reply, { at, values, simulation });
  const content = await editorContent(view, at, { values, refused, ...(simulation && { simulation }) });
  return reply
    .code(refused?.status ?? 200)
    .type('text/html; charset=utf-8')
    .send(framedPage(site, view, { ...content, place: filePage.place }));
}

async function sendParts(
  view: View,
  reply: FastifyReply,
  { at, values, simulation }: { at: { facts: EditorFacts; state: EditorState }; values: FormValues; simulation: Html | undefined },
): Promise<FastifyReply> {
  const { facts, state } = at;
  if (simulation !== undefined) return reply.send({ simulation: simulation.text });
  const check = await checkFile(view.api, { fullName: facts.fullName, schema: facts.schema, state });
  return reply.send({
    content: state.content.replaceAll('\r\n', '\n'),
    part: state.part,
    form_of: formMark(state.content),
    form: showForm({ facts, state, check }).text,
    remarks: Object.fromEntries(check.remarks),
    marks: check.problems.map(({ line, column, severity }) => ({ line, column, severity })),
    problems: problemsView(check).text,
    ways: waysView({ view, facts, state, values }).text,
  });
}

/** Adds the watch editor, the pages of watches, and what was said of a proposed file. */
export function addEditorPages(site: Site): void {
  addPage(site, filePage);
  addPage(site, newPage);
  addPage(site, watchPage);
  addPage(site, validationPage);
  site.app.post(filePage.path, pageRoute, async (request, reply) => await edit(site, request, reply));
}
