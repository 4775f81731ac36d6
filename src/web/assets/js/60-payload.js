// Looking through a payload: searching and folding.
const lineOf = '.json-line, .json-node > summary';
const lines = (id) => [...(document.getElementById(id)?.querySelectorAll(lineOf) ?? [])];
const hitOf = (line) => line.closest('.json-line, .json-node');

function clear(id) {
  document
    .getElementById(id)
    ?.querySelectorAll('.is-hit, .is-here')
    .forEach((line) => line.classList.remove('is-hit', 'is-here'));
}

/** Marks the lines that have the text, and unfolds what is around them. */
function find({ dataset, value }) {
  clear(dataset.find);
  const wanted = value.trim().toLowerCase();
  const hits = wanted === '' ? [] : lines(dataset.find).filter((line) => line.textContent.toLowerCase().includes(wanted));
  for (const hit of hits) {
    hitOf(hit).classList.add('is-hit');
    for (let up = hit.closest('details'); up !== null; up = up.parentElement.closest('.json details')) up.open = true;
  }
  const said = wanted === '' ? '' : hits.length === 0 ? 'Not found' : hits.length === 1 ? '1 line' : `${hits.length} lines`;
  document.querySelector(`[data-found="${dataset.find}"]`).textContent = said;
}

/** Goes to the next line that was found, or the one before. */
function goOn({ dataset }, by) {
  const hits = [...document.getElementById(dataset.find).querySelectorAll('.is-hit')];
  if (hits.length === 0) return;
  const at = hits.findIndex((hit) => hit.classList.contains('is-here'));
  const next = hits[at === -1 ? 0 : (at + by + hits.length) % hits.length];
  hits[at]?.classList.remove('is-here');
  next.classList.add('is-here');
  next.scrollIntoView({ block: 'center' });
  document.querySelector(`[data-found="${dataset.find}"]`).textContent = `${hits.indexOf(next) + 1} of ${hits.length}`;
}

let waiting;
document.addEventListener('input', ({ target }) => {
  if (!target.matches('[data-find]')) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => find(target), 150);
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || !event.target.matches?.('[data-find]')) return;
  event.preventDefault();
  goOn(event.target, event.shiftKey ? -1 : 1);
});
document.addEventListener('click', ({ target }) => {
  const button = target.closest('[data-fold]');
  if (button === null) return;
  const isOpen = button.dataset.open === '1';
  const nodes = [...document.getElementById(button.dataset.fold).querySelectorAll('details')];
  // The outermost stays open: folding it would leave nothing to see.
  nodes.forEach((node, index) => (node.open = isOpen || index === 0));
});
