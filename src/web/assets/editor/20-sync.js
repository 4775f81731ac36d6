// The form and the text say the same: what is changed in one goes to the server, which answers the other. The server decides; this only
// shows what it answers. Without this script each side has a button.
const form = document.querySelector('[data-editor]');
/** Why the server gave no answer, and what to do. Nobody's work is lost by a session that ended meanwhile. */
const describeSilence = ({ message }) =>
  message === '401'
    ? 'Your session is over. Sign in in another window, and go on here: what you wrote stays.'
    : 'The server did not answer. What you wrote stays here.';
const formWaitMs = 350;
const textWaitMs = 500;
const tryWaitMs = 900;

const area = document.getElementById('editor-content');
const box = document.querySelector('[data-editor-code]');
const place = document.getElementById('editor-form');
const problems = document.getElementById('editor-problems');
const simulation = document.getElementById('editor-simulation');
const busy = form.querySelector('.editor-busy');
/** What is kept elsewhere, too; nothing of it when the server refused what was written. */
const opened = form.hasAttribute('data-unsaved') ? undefined : area.value;
const touched = new Set();
let timer;
let tryTimer;
let running = false;
let next;
let leaving = false;

const read = (op) => {
  const data = new URLSearchParams(new FormData(form));
  for (const name of ['title', 'message', 'branch']) if (!touched.has(name)) data.delete(name);
  data.set('op', op);
  return data;
};
const send = async (op) => {
  const response = await fetch(form.action, { method: 'POST', headers: { accept: 'application/json' }, body: read(op) });
  if (!response.headers.get('content-type')?.startsWith('application/json')) throw new Error(String(response.status));
  return response.json();
};

const remark = (field, found) => {
  const line = field.querySelector(':scope > .field-problem');
  if (line === null) return;
  line.hidden = found === undefined;
  line.className = `field-problem tone-${found?.severity === 'error' ? 'danger' : 'attention'}`;
  if (line.textContent.trim() !== (found?.message ?? '')) line.textContent = found?.message ?? '';
  const control = field.querySelector('input:not([type=hidden]), select, textarea');
  if (found?.severity === 'error') control?.setAttribute('aria-invalid', 'true');
  else control?.removeAttribute('aria-invalid');
};

/** Another form: what was unfolded stays so, and the caret stays where it was. */
const replaceForm = (html) => {
  const { activeElement: active } = document;
  const id = place.contains(active) ? active.id : '';
  const caret = id !== '' && 'selectionStart' in active ? [active.selectionStart, active.selectionEnd] : undefined;
  const unfolded = [...place.querySelectorAll('details')].map((details) => [details.id, details.open]);
  const isSame = place.dataset.part === form.elements.part.value;
  place.innerHTML = html;
  if (isSame) for (const [name, isOpen] of unfolded) if (isOpen) document.getElementById(name)?.setAttribute('open', '');
  place.dataset.part = form.elements.part.value;
  const again = id === '' ? null : document.getElementById(id);
  again?.focus({ preventScroll: true });
  if (caret && again?.setSelectionRange && again.type !== 'checkbox') again.setSelectionRange(...caret);
};

const showWays = (html) => {
  const ways = document.getElementById('ways');
  if (ways.contains(document.activeElement)) return;
  ways.outerHTML = html;
};

const show = (answer, { op, sent, replaces }) => {
  if (area.value !== sent) return;
  const moved = answer.part !== form.elements.part.value;
  form.elements.part.value = answer.part;
  form.elements.form_of.value = answer.form_of;
  box.setText(answer.content);
  box.setMarks(answer.marks);
  box.setPart(answer.part);
  if (problems.innerHTML !== answer.problems) problems.innerHTML = answer.problems;
  if (replaces || moved || op === 'text') replaceForm(answer.form);
  else for (const field of place.querySelectorAll('[data-field]')) remark(field, answer.remarks[field.dataset.field]);
  showWays(answer.ways);
  planTry();
};

const run = async (op, replaces) => {
  clearTimeout(timer);
  if (running) {
    next = [op, replaces || next?.[1] === true];
    return;
  }
  running = true;
  busy.textContent = 'Checking…';
  const sent = area.value;
  try {
    const answer = await send(op);
    // What was typed meanwhile is asked about next.
    if (next?.[0] !== 'form' || replaces) show(answer, { op, sent, replaces });
    busy.textContent = '';
  } catch (error) {
    busy.textContent = `Not checked. ${describeSilence(error)}`;
  }
  running = false;
  const [again, its] = next ?? [];
  next = undefined;
  if (again !== undefined) await run(again, its);
};

const planTry = () => {
  clearTimeout(tryTimer);
  tryTimer = setTimeout(tryIt, tryWaitMs);
};
let tries = 0;
const tryIt = async () => {
  clearTimeout(tryTimer);
  tries += 1;
  const mine = tries;
  simulation.classList.add('is-old');
  try {
    const answer = await send('simulate');
    if (mine === tries) simulation.innerHTML = answer.simulation;
  } catch {
    if (mine === tries) simulation.textContent = 'It could not be tried: the server did not answer.';
  }
  if (mine === tries) simulation.classList.remove('is-old');
};

/** Leaves the page only when somebody is there who takes what was written. */
const bring = async (button) => {
  document.querySelector('[data-unsent]')?.remove();
  button.setAttribute('aria-busy', 'true');
  try {
    await send('form');
    leaving = true;
    form.requestSubmit(button);
  } catch (error) {
    button.removeAttribute('aria-busy');
    const told = document.createElement('p');
    told.className = 'flash flash-danger';
    told.dataset.unsent = '';
    told.setAttribute('role', 'alert');
    told.textContent = `Not sent. ${describeSilence(error)}`;
    document.getElementById('ways').before(told);
  }
};

const plan = (op, waitMs) => {
  clearTimeout(timer);
  timer = setTimeout(() => void run(op, false), waitMs);
};
form.addEventListener('input', ({ target }) => {
  if (target === area) plan('text', textWaitMs);
  else if (/^\/|^watch_key$/.test(target.name)) plan('form', target.type === 'text' || target.matches('textarea') ? formWaitMs : 0);
  else touched.add(target.name);
});
form.addEventListener('change', ({ target }) => {
  if (target.matches('[data-try]')) void tryIt();
  if (target.name?.endsWith('/uses')) void run('form', true);
});
form.addEventListener('submit', (event) => {
  const op = event.submitter?.value ?? 'form';
  if (op === 'propose' || op === 'save') {
    if (leaving) return;
    event.preventDefault();
    void bring(event.submitter);
    return;
  }
  event.preventDefault();
  if (op === 'simulate') void tryIt();
  else void run(op, op !== 'form');
});
addEventListener('beforeunload', (event) => {
  if (!leaving && area.value !== opened) event.preventDefault();
});
addEventListener('pageshow', () => (leaving = false));
place.dataset.part = form.elements.part.value;
form.classList.add('is-live');
void tryIt();
