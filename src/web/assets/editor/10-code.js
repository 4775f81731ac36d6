// The text of the file: line numbers, colours, Tab and Enter as in an editor. Without this script it is a plain field.
const box = document.querySelector('[data-editor-code]');
const area = document.getElementById('editor-content');
const indent = '  ';
/** Above this colours would make typing slow. Characters. */
const longestPaint = 100_000;

const escapeText = (text) => text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]);
const mark = (kind, text) => `<span class="code-${kind}">${escapeText(text)}</span>`;
// A quote that nothing closes is read to the end of the line at once: else each quote behind it would try again.
const tokens =
  /(\$\{\{.*?(?:\}\}|$))|("(?:[^"\\]|\\.?)*(?:"|$)|'(?:[^']|'')*')|(^#.*|\s#.*)|\b(true|false|null|\d+(?:\.\d+)?(?:ms|s|m|h)?)\b(?=[\s,\]}]|$)/g;

function paintLine(line) {
  const key = /^(\s*(?:- +)*)([^\s#:'"[{][^:#]*?|"[^"]*"|'[^']*')(:)(?=\s|$)/.exec(line);
  let painted = key ? escapeText(key[1]) + mark('key', key[2]) + escapeText(key[3]) : '';
  const rest = key ? line.slice(key[0].length) : line;
  let from = 0;
  for (const match of rest.matchAll(tokens)) {
    const kind = match[1] ? 'expression' : match[2] ? 'string' : match[3] ? 'comment' : 'word';
    painted += escapeText(rest.slice(from, match.index)) + mark(kind, match[0]);
    from = match.index + match[0].length;
  }
  return painted + escapeText(rest.slice(from));
}

const gutter = box.querySelector('.editor-gutter');
const paint = box.querySelector('.editor-paint');
let marks = new Map();
let part = '';

/** The lines of the watch whose form is shown, from 1 and without the last; none for the file as a whole. */
const linesOfPart = (lines) => {
  if (part === '') return [0, 0];
  const from = lines.findIndex(
    (line) =>
      /^ +/.test(line) &&
      line
        .trim()
        .replace(/^["']|["'](?=:)/g, '')
        .startsWith(`${part}:`),
  );
  if (from === -1) return [0, 0];
  const depth = /^ */.exec(lines[from])[0].length;
  const length = lines.slice(from + 1).findIndex((line) => line.trim() !== '' && /^ */.exec(line)[0].length <= depth);
  return [from + 1, length === -1 ? lines.length : from + 1 + length];
};

const show = () => {
  const lines = area.value.split('\n');
  const isShort = area.value.length <= longestPaint;
  box.classList.toggle('is-plain', !isShort);
  paint.innerHTML = lines
    .map((line, index) => {
      const severity = marks.get(index + 1);
      const text = isShort ? paintLine(line) : escapeText(line);
      return severity ? `<span class="code-line-${severity}">${text || ' '}</span>` : text;
    })
    .join('\n')
    .concat('\n ');
  const [first, last] = linesOfPart(lines);
  gutter.innerHTML = lines
    .map((_line, index) => {
      const isPart = index + 1 >= first && index + 1 <= last;
      return `<span class="${isPart ? 'is-part' : ''} ${marks.has(index + 1) ? `is-${marks.get(index + 1)}` : ''}">${index + 1}</span>`;
    })
    .join('');
};

const jump = (line, column) => {
  const lines = area.value.split('\n');
  const at = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  const begin = at + Math.min(column - 1, (lines[line - 1] ?? '').length);
  const word = /^[^\s:,\]}]*/.exec(area.value.slice(begin))[0].length;
  box.scrollIntoView({ block: 'nearest' });
  area.focus({ preventScroll: true });
  area.setSelectionRange(begin, begin + word);
  const height = parseFloat(getComputedStyle(area).lineHeight);
  box.scrollTop = Math.max(0, (line - 1) * height - box.clientHeight / 3);
};

// Other scripts of the editor reach it by these.
box.setMarks = (list) => {
  marks = new Map(list.toReversed().map(({ line, severity }) => [line, severity]));
  show();
};
/** Another text in the place of this one: only what differs is replaced, so that the caret stays. */
box.setText = (text) => {
  const before = area.value;
  if (before === text) return;
  let from = 0;
  while (from < before.length && before[from] === text[from]) from += 1;
  let [end, newEnd] = [before.length, text.length];
  while (end > from && newEnd > from && before[end - 1] === text[newEnd - 1]) [end, newEnd] = [end - 1, newEnd - 1];
  area.setRangeText(text.slice(from, newEnd), from, end, 'preserve');
  show();
  // What changed is in sight, and shines for a moment.
  const line = text.slice(0, from).split('\n').length;
  const height = parseFloat(getComputedStyle(area).lineHeight);
  const top = (line - 1) * height;
  if (top < box.scrollTop || top > box.scrollTop + box.clientHeight - 2 * height) box.scrollTop = Math.max(0, top - box.clientHeight / 3);
  gutter.children[line - 1]?.classList.add('is-new');
};
/** Brings the watch whose form is shown into sight. */
box.setPart = (key) => {
  if (part === key) return;
  part = key;
  show();
  const [line] = linesOfPart(area.value.split('\n'));
  box.scrollTop = Math.max(0, (line - 2) * parseFloat(getComputedStyle(area).lineHeight));
};

area.addEventListener('input', show);
document.addEventListener('click', (event) => {
  const link = event.target.closest('[data-jump]');
  if (link === null) return;
  event.preventDefault();
  const [line, column] = link.dataset.jump.split(':').map(Number);
  jump(line, column);
});
addKeys();
box.classList.add('is-live');
box.setPart(area.form.elements.part.value);
const known = [...document.querySelectorAll('#editor-problems [data-jump]')];
box.setMarks(
  known.map((link) => ({
    line: Number(link.dataset.jump.split(':')[0]),
    severity: link.closest('li').classList.contains('tone-danger') ? 'error' : 'warning',
  })),
);

/** Puts a text in the place of what is selected, so that undo takes it back. */
function insert(text) {
  if (!document.execCommand('insertText', false, text)) {
    area.setRangeText(text, area.selectionStart, area.selectionEnd, 'end');
    area.dispatchEvent(new Event('input', { bubbles: true }));
  }
}

function shift(by) {
  const { value, selectionStart: from, selectionEnd: to } = area;
  const begin = value.lastIndexOf('\n', from - 1) + 1;
  const block = value.slice(begin, to);
  const lines = block.split('\n');
  const moved = lines.map((line) => (by > 0 ? (line === '' ? line : indent + line) : line.replace(/^ {1,2}/, '')));
  area.setSelectionRange(begin, to);
  insert(moved.join('\n'));
  const first = moved[0].length - lines[0].length;
  area.setSelectionRange(Math.max(begin, from + first), to + moved.join('\n').length - block.length);
}

function addKeys() {
  let leaves = false;
  area.addEventListener('blur', () => (leaves = false));
  area.addEventListener('keydown', (event) => {
    const { key, shiftKey } = event;
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (key === 'Escape') leaves = true;
    else if (key === 'Tab' && !leaves) {
      event.preventDefault();
      if (shiftKey) shift(-1);
      else if (area.selectionStart === area.selectionEnd) insert(indent);
      else shift(1);
    } else if (key === 'Enter' && !shiftKey) {
      event.preventDefault();
      const before = area.value.slice(area.value.lastIndexOf('\n', area.selectionStart - 1) + 1, area.selectionStart);
      const deeper = /(?::|[|>][+-]?)\s*$/.test(before) ? indent : '';
      const item = /^\s*- +\S/.test(before) ? indent : '';
      insert(`\n${/^\s*/.exec(before)[0]}${item}${deeper}`);
    } else if (key !== 'Shift' && key !== 'Tab') leaves = false;
  });
}
