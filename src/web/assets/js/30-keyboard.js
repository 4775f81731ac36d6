// Keys: `/` search, `j` `k` rows, `g` and a letter for a place of the menu, `u` up, `?` help. Never while somebody types.
let afterG = false;
let forgetG;
let current;

const rows = () => [...document.querySelectorAll('main [data-row]')].filter((row) => row.checkVisibility());
const linkOf = (row) => (row.matches('a') ? row : (row.querySelector('a[data-main]') ?? row.querySelector('a, summary')));

function step(by) {
  const all = rows();
  if (all.length === 0) return;
  const at = all.indexOf(current);
  const next = all[Math.min(Math.max(at === -1 ? (by > 0 ? 0 : all.length - 1) : at + by, 0), all.length - 1)];
  current?.classList.remove('is-current');
  current = next;
  next.classList.add('is-current');
  linkOf(next)?.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
}

// What arrives live says nothing of the row that a reader is at, and would take the mark away.
document.addEventListener('htmx:sse:after:message', () => {
  if (current?.isConnected) current.classList.add('is-current');
});

const actions = {
  '/': () => document.getElementById('site-search')?.focus(),
  '?': () => document.getElementById('keys')?.showModal(),
  j: () => step(1),
  k: () => step(-1),
  u: () => document.querySelector('[data-up]')?.click(),
};

document.addEventListener('keydown', (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (key === 'Escape' && target.matches?.('input[type=search]')) target.blur();
  if (target.matches?.('input, textarea, select, [contenteditable]') || document.querySelector('dialog[open]') !== null) return;
  if (afterG) {
    afterG = false;
    clearTimeout(forgetG);
    const place = [...document.querySelectorAll('#menu [data-key]')].find((link) => link.dataset.key === key);
    if (place === undefined) return;
    event.preventDefault();
    place.click();
    return;
  }
  if (key === 'g') {
    afterG = true;
    forgetG = setTimeout(() => (afterG = false), 1_500);
    return;
  }
  const act = actions[key];
  if (act === undefined) return;
  event.preventDefault();
  act();
});
