// Times are sent as UTC and shown as "2 minutes ago" in the reader's language. The text lives in a shadow root, so that a
// live update, which morphs the markup, does not touch it.
const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];
const formatter = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });

function describeTime(at) {
  const seconds = Math.round((at.getTime() - Date.now()) / 1000);
  if (Math.abs(seconds) < 5) return 'now';
  const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size);
  return formatter.format(Math.trunc(seconds / size), unit);
}

class RelativeTime extends HTMLElement {
  static observedAttributes = ['datetime'];

  connectedCallback() {
    RelativeTime.shown.add(this);
    this.show();
  }

  disconnectedCallback() {
    RelativeTime.shown.delete(this);
  }

  attributeChangedCallback() {
    this.show();
  }

  show() {
    const at = new Date(this.getAttribute('datetime'));
    if (Number.isNaN(at.getTime())) return;
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    const text = describeTime(at);
    if (root.textContent !== text) root.textContent = text;
    this.title = at.toLocaleString();
  }
}
RelativeTime.shown = new Set();
customElements.define('relative-time', RelativeTime);
setInterval(() => RelativeTime.shown.forEach((element) => element.show()), 1000);

// Whether the page is live.
const setLive = (live) => document.body.classList.toggle('is-live', live);
document.addEventListener('htmx:sse:after:connection', () => setLive(true));
document.addEventListener('htmx:sse:after:message', () => setLive(true));
document.addEventListener('htmx:sse:error', () => setLive(false));
document.addEventListener('htmx:sse:close', () => setLive(false));

// Filters apply as soon as they are chosen.
document.addEventListener('change', (event) => {
  if (event.target.matches('.filters select')) event.target.form.requestSubmit();
});
