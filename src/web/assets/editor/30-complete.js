// Control and Space: what can stand at the caret, by the schema of the file. Keys, words of a key, and expressions with the names of secrets.
const area = document.getElementById('editor-content');
const most = 12;
let schema;

const alternatives = (node) => (node === undefined ? [] : ((node.anyOf ?? node.oneOf)?.flatMap(alternatives) ?? [node]));

/** The keys above a line, the outermost first; a dash is an item. */
function pathAt(lines, row, depth) {
  const path = [];
  let limit = depth;
  for (let index = row - 1; index >= 0 && limit > 0; index -= 1) {
    const found = /^( *)((?:- +)*)["']?([^\s#:"'][^:"']*)["']?:(?:\s|$)/.exec(lines[index]);
    if (!found) continue;
    const [, blanks, dash, key] = found;
    const column = blanks.length + dash.length;
    if (dash !== '' && column < limit) path.unshift(key);
    else if (column < limit) path.unshift(key);
    else if (dash === '' || blanks.length >= limit) continue;
    if (dash !== '') path.unshift('[]');
    limit = dash === '' ? column : blanks.length;
  }
  return path;
}

/** The kind of the step that a line belongs to. */
function kindAt(lines, row) {
  for (let index = row; index >= 0; index -= 1) {
    const found = /^ *(?:- +)?uses: *["']?([\w/-]+)/.exec(lines[index]);
    if (found) return found[1];
    if (index < row && /^ *steps:/.test(lines[index])) break;
  }
  return undefined;
}

/** What the schema says at a path. */
function nodesAt(path, kind) {
  let nodes = [schema];
  for (const part of path) {
    nodes = nodes.flatMap(alternatives).flatMap((node) => {
      if (part === '[]') return node.items ?? [];
      const own = node.properties?.[part];
      const rules = (node.allOf ?? [])
        .filter((rule) => rule.if?.properties?.uses?.const === kind)
        .map((rule) => rule.then?.properties?.[part]);
      const open = typeof node.additionalProperties === 'object' ? [node.additionalProperties] : [];
      return own || rules.some(Boolean) ? [own, ...rules].filter(Boolean) : open;
    });
  }
  return nodes.flatMap(alternatives);
}

function choices() {
  const { value, selectionStart: caret } = area;
  const lines = value.split('\n');
  const row = value.slice(0, caret).split('\n').length - 1;
  const before = lines[row].slice(0, caret - value.lastIndexOf('\n', caret - 1) - 1);
  const expression = /\$\{\{\s*([\w.]*)$/.exec(before);
  if (expression) {
    const known = [...document.querySelectorAll('#editor-expressions option')].map(({ value: text }) => text.slice(3, -2).trim());
    return { typed: expression[1], words: known.map((text) => ({ text, note: '', after: ' }}' })) };
  }
  const kind = kindAt(lines, row);
  const pair = /^( *(?:- +)*)["']?([\w./-]+)["']?: +\[?(?:.*, *)?["']?([\w./-]*)$/.exec(before);
  if (pair) {
    const dash = pair[1].includes('-');
    const path = [...pathAt(lines, row, pair[1].length - (dash ? 2 : 0)), ...(dash ? ['[]'] : []), pair[2]];
    const words = nodesAt(path, kind).flatMap((node) =>
      [node.enum ?? [], node.items?.enum ?? [], node.type === 'boolean' ? ['true', 'false'] : []].flat(),
    );
    return { typed: pair[3], words: [...new Set(words.map(String))].map((text) => ({ text, note: '', after: '' })) };
  }
  const key = /^( *)((?:- +)?)([\w./-]*)$/.exec(before);
  if (!key) return { typed: '', words: [] };
  const path = [...pathAt(lines, row, key[1].length), ...(key[2] === '' ? [] : ['[]'])];
  const found = nodesAt(path, kind).flatMap((node) => Object.entries(node.properties ?? {}));
  const names = new Map(found.map(([name, node]) => [name, node.description ?? '']));
  return { typed: key[3], words: [...names].map(([text, note]) => ({ text, note, after: ': ' })) };
}

const list = document.createElement('ul');
list.className = 'editor-choices';
list.id = 'editor-choices';
list.setAttribute('role', 'listbox');
list.setAttribute('aria-label', 'What can stand here');
list.hidden = true;
let shown = [];
let typed = '';
let current = 0;

function close() {
  list.hidden = true;
  area.removeAttribute('aria-activedescendant');
}

function show() {
  const found = choices();
  typed = found.typed;
  const fits = found.words.filter(({ text }) => text.toLowerCase().startsWith(typed.toLowerCase()) && text !== typed);
  shown = fits.slice(0, most);
  if (shown.length === 0) return close();
  current = Math.min(current, shown.length - 1);
  list.replaceChildren(
    ...shown.map(({ text, note }, index) => {
      const item = document.createElement('li');
      item.id = `editor-choice-${index}`;
      item.setAttribute('role', 'option');
      item.setAttribute('aria-selected', String(index === current));
      const name = document.createElement('code');
      name.textContent = text;
      const said = document.createElement('span');
      said.textContent = note;
      item.append(name, said);
      return item;
    }),
  );
  const style = getComputedStyle(area);
  const before = area.value.slice(0, area.selectionStart - typed.length).split('\n');
  const canvas = document.createElement('canvas').getContext('2d');
  canvas.font = `${style.fontSize} ${style.fontFamily}`;
  list.style.top = `${before.length * parseFloat(style.lineHeight) + parseFloat(style.paddingTop)}px`;
  list.style.left = `${canvas.measureText(before.at(-1)).width + parseFloat(style.paddingLeft)}px`;
  list.hidden = false;
  area.setAttribute('aria-activedescendant', `editor-choice-${current}`);
}

function take(index) {
  const { text, after } = shown[index];
  area.setSelectionRange(area.selectionStart - typed.length, area.selectionStart);
  close();
  document.execCommand('insertText', false, text + after);
}

async function begin() {
  schema ??= await (await fetch(area.closest('form').dataset.schema)).json();
  current = 0;
  show();
}

if (area !== null) {
  area.parentElement.append(list);
  area.setAttribute('aria-controls', list.id);
  area.addEventListener(
    'keydown',
    (event) => {
      const { key } = event;
      if (key === ' ' && event.ctrlKey) {
        event.preventDefault();
        void begin();
      } else if (list.hidden) return;
      else if (key === 'ArrowDown' || key === 'ArrowUp') {
        event.preventDefault();
        current = (current + (key === 'ArrowDown' ? 1 : shown.length - 1)) % shown.length;
        show();
      } else if (key === 'Enter' || key === 'Tab') {
        event.preventDefault();
        take(current);
      } else if (key === 'Escape') {
        event.preventDefault();
        close();
      }
    },
    { capture: true },
  );
  area.addEventListener('input', () => {
    if (!list.hidden) show();
  });
  area.addEventListener('blur', close);
  list.addEventListener('mousedown', (event) => {
    const index = [...list.children].indexOf(event.target.closest('li'));
    event.preventDefault();
    if (index !== -1) take(index);
  });
}
