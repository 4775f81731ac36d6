// Whoever has the page of a branch open looks at it: the stream says so to everybody else, and the server notices when it ends. A page that
// nobody has had in front for some minutes is left, so that its connection is free for others.
const awayMs = 300_000;
let stream;
let leaving;

function join() {
  const place = document.querySelector('[data-presence]');
  if (place === null || stream !== undefined) return;
  stream = new EventSource(place.dataset.presence);
  // Gone, or not for them any more: the browser would ask for ever.
  stream.onerror = () => {
    if (stream?.readyState === EventSource.CLOSED) stream = undefined;
  };
}

function leave() {
  stream?.close();
  stream = undefined;
}

document.addEventListener('visibilitychange', () => {
  clearTimeout(leaving);
  if (document.hidden) leaving = setTimeout(leave, awayMs);
  else join();
});
addEventListener('pagehide', leave);
addEventListener('pageshow', join);
join();
