// Times are sent as UTC and shown as "2 minutes ago", with the exact moment in the reader's zone on hover. The server writes the same words,
// so that nothing jumps; the text lives in a shadow root, so that a live update, which morphs the markup, does not touch it.
const units = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];
const formatter = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });

function describeTime(at) {
  const seconds = Math.round((at.getTime() - Date.now()) / 1000);
  if (Math.abs(seconds) < 5) return 'now';
  const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size);
  return formatter.format(Math.trunc(seconds / size), unit);
}

const shown = new Set();

class RelativeTime extends HTMLElement {
  // A live update brings the server's title back.
  static observedAttributes = ['datetime', 'title'];

  connectedCallback() {
    shown.add(this);
    this.show();
  }

  disconnectedCallback() {
    shown.delete(this);
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
    const title = exact.format(at);
    if (this.title !== title) this.title = title;
  }
}
customElements.define('relative-time', RelativeTime);
setInterval(() => shown.forEach((element) => element.show()), 1000);
