const retry = ['1s', '1s', '1s'];
const step = (uses: string, input: object, more: object = {}) => ({ steps: [{ uses, with: input }], retry, ...more });
const on = (file: string) => ({ on: { push: { paths: [file] } } });

/** Watches that write on GitHub, each started by a push of the file of its name. */
export const gitHubWrites = {
  lost: {
    ...on('lost'),
    ...step('github/issue', {
      title: 'It broke',
      body: 'At ${{ after }}',
      labels: ['bug'],
      assignees: ['nobody', 'ada'],
      milestone: 'Soon',
    }),
  },
  said: { ...on('said'), ...step('github/comment', { number: 1, body: 'Seen ${{ after }}' }) },
  slow: { ...on('slow'), ...step('github/comment', { number: 1, body: 'Slowly' }), timeout: '1s' },
  keyed: { ...on('keyed'), ...step('github/issue', { title: 'One of it', body: 'more', dedupe_key: 'it', on_existing: 'comment' }) },
  twin: { ...on('keyed'), ...step('github/issue', { title: 'One of it', body: 'more', dedupe_key: 'it', on_existing: 'comment' }) },
  kept: { ...on('kept'), ...step('github/comment', { number: 1, key: 'state', body: 'Now ${{ after }}' }) },
  limited: { ...on('limited'), ...step('github/comment', { number: 1, body: 'After a pause' }, { retry: 'none' }) },
  full: { ...on('full'), ...step('github/comment', { number: 1, body: 'When there is room' }, { retry: 'none' }) },
  off: { ...on('off'), ...step('github/issue', { title: 'Nobody wants it' }) },
  refused: { ...on('refused'), ...step('github/comment', { number: 99, body: 'Into the void' }) },
  tidy: {
    ...on('tidy'),
    retry,
    steps: [
      { uses: 'github/labels', with: { number: 1, add: ['bug', 'unknown'], remove: ['late'] } },
      { uses: 'github/assign', with: { number: 1, assignees: ['ada', 'stranger', 'jane@example.com'] } },
      { uses: 'github/close', with: { number: 1, reason: 'not_planned', comment: 'Done.' } },
    ],
  },
  many: {
    ...on('many'),
    ...step('github/issues', { issues: [{ title: 'A', key: 'a' }, { title: '' }, { title: 'B', key: 'b', labels: ['bug'] }] }),
  },
  echo: { on: { issues: { types: ['opened'] } }, steps: [{ uses: 'webhook', with: { url: 'SINK/echo' } }] },
  self: { on: { issues: { types: ['opened'] } }, include_self: true, steps: [{ uses: 'webhook', with: { url: 'SINK/self' } }] },
};
