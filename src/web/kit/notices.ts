/** What a page says after something was done, by the word that its address carries. Only these: an address must not put words into our mouth. */
const notices: Readonly<Record<string, string>> = {
  saved: 'Saved.',
  added: 'Added.',
  removed: 'Removed.',
  done: 'Done.',
  enabled: 'Switched on.',
  disabled: 'Switched off.',
  started: 'Started. What it does shows up here.',
  cancelled: 'Cancelled.',
  replayed: 'A new run has begun.',
  redriven: 'The run goes on.',
  skipped: 'The lane goes on without it.',
  retried: 'It is being processed again.',
  connected: 'Connected.',
  disconnected: 'Disconnected.',
  requested: 'Requested. What is found shows up here.',
  'signed-out': 'You have signed out everywhere else.',
};

/** The sentence for a word; undefined for every other text. */
export function noticeText(word: string | undefined): string | undefined {
  return word !== undefined && Object.hasOwn(notices, word) ? notices[word] : undefined;
}

/** A path of this site with a notice. */
export function withNotice(path: string, word: keyof typeof notices): string {
  const [before = '', hash] = path.split('#', 2);
  const [bare = '', search = ''] = before.split('?', 2);
  const query = new URLSearchParams(search);
  query.set('notice', word);
  return `${bare}?${query.toString()}${hash === undefined ? '' : `#${hash}`}`;
}
