// Whether the page is live, and since when it is not: what is shown may be old, and the reader has to know.
const silenceMs = 40_000; // the server says that it lives every 15 s
let heardAt = Date.now();
let lostAt;

function show(state) {
  const { classList } = document.body;
  classList.toggle('is-live', state === 'live');
  classList.toggle('is-lost', state === 'lost');
  const lost = document.querySelector('.live-lost');
  if (lost === null) return;
  if (state === 'live') lostAt = undefined;
  else lostAt ??= new Date(heardAt);
  lost.textContent = state === 'lost' ? `Connection lost; as of ${lostAt.toLocaleTimeString()}` : '';
  tellLost();
}

// Above the content, too: on a phone the bar has no room for it.
function tellLost() {
  const place = document.getElementById('live-trouble');
  const told = place?.querySelector('[data-lost]');
  if (lostAt === undefined) told?.remove();
  if (place === null || lostAt === undefined || told) return;
  const text = document.createElement('p');
  text.className = 'flash flash-attention';
  text.dataset.lost = '';
  text.textContent = `The connection is lost: what you see is as of ${lostAt.toLocaleTimeString()}. It goes on by itself.`;
  place.append(text);
}

const isTyped = ({ type, checked, defaultChecked, value, defaultValue }) =>
  type === 'checkbox' || type === 'radio' ? checked !== defaultChecked : type !== 'file' && value !== defaultValue;
const isTypedInto = () => [...document.querySelectorAll('main :is(input:not([type=hidden]), textarea)')].some(isTyped);

function hear() {
  heardAt = Date.now();
  show('live');
}

document.addEventListener('htmx:sse:after:connection', hear);
document.addEventListener('htmx:sse:after:message', hear);
document.addEventListener('beat', hear);
document.addEventListener('htmx:sse:error', ({ detail }) => {
  show('lost');
  // The session is over, or the thing is gone: the page itself says so, as soon as nothing that was typed would go with it.
  if ((detail?.status === 401 || detail?.status === 404) && !isTypedInto()) location.reload();
});
// The stream ended and is opened again at once; that is only told when it does not work.
document.addEventListener('htmx:error', ({ target }) => {
  if (target instanceof Element && target.hasAttribute('hx-sse:connect')) show('lost');
});
addEventListener('offline', () => show('lost'));
setInterval(() => {
  if (!document.hidden && document.body.classList.contains('is-live') && Date.now() - heardAt > silenceMs) show('lost');
}, 5_000);
