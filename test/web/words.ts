/** Every text of a tenant that comes from people: what its pages show and what nobody else may see. */
export interface Words {
  account: string;
  /** The repository in which everything happens. */
  repository: string;
  /** One whose file has errors, one that is switched off, one that was taken away. */
  broken: string;
  off: string;
  removed: string;
  /** Branches; the first is the one whose page is looked at. */
  branches: readonly [string, ...string[]];
  tag: string;
  messages: readonly [string, string, string];
  /** The login that GitHub names for some changes. */
  actor: string;
  pullTitle: string;
  issueTitle: string;
  watchName: string;
  watchDescription: string;
  stepName: string;
  logLine: string;
  answer: string;
  header: string;
  triggerName: string;
  projectName: string;
  actionName: string;
  tokenName: string;
  ticketTitle: string;
  note: string;
  /** Values of secrets: nobody may ever see them. */
  secretValues: readonly [string, string, string, string];
}

/** A tenant as it may be met anywhere. Each text has a word that nothing else of these tests has. */
export const calmWords: Words = {
  account: 'northlight',
  repository: 'storefront',
  broken: 'payments-gateway',
  off: 'newsletter-sender',
  removed: 'retired-prototype',
  branches: ['feature/checkout-redesign', 'fix/rounding-of-totals', 'release/aurora'],
  tag: 'v4.7.2',
  messages: ['Show delivery dates before the basket', 'Round totals once, at the end', 'Ship the aurora theme to everybody'],
  actor: 'ingrid-halvorsen',
  pullTitle: 'Redesign the checkout in two steps',
  issueTitle: 'Totals are off by a cent in Norway',
  watchName: 'Deploy the storefront',
  watchDescription: 'Tells the deployer which commit of main is to go live.',
  stepName: 'Tell the deployer',
  logLine: 'Built 148 pages of the storefront in 2.1 s',
  answer: '{"queued": true, "pipeline": "blue-whale-11"}',
  header: 'storefront-deployer',
  triggerName: 'gitlab-mirror-of-storefront',
  projectName: 'Winter campaign',
  actionName: 'Tell the campaign channel',
  tokenName: 'Campaign dashboard',
  ticketTitle: 'Basket forgets vouchers overnight',
  note: 'Only while the campaign runs',
  secretValues: ['s3cr3t-of-the-deployer-9931', 'campaign-hook-key-5520', 'installation-wide-key-7714', 'global-smtp-password-3307'],
};

const script = '<script>window.__pwned=1</script>';
const image = '"><img src=x onerror="window.__pwned=2">';
const long = 'wordwithoutspaces'.repeat(240);
const override = '\u202Egnp.exe\u2066';
const markup = `</textarea></title></script>${image}<svg/onload=window.__pwned=3>`;
const attributes = `' hx-get="/logout" hx-trigger="load" onmouseover='window.__pwned=4' style="position:fixed;inset:0"`;
const expression = '${{ secrets.TOKEN }} {{constructor.constructor("window.__pwned=5")()}}';

/** A tenant that tries to run something on every page that shows it, or to break its layout. */
export const hostileWords: Words = {
  account: 'mischief',
  repository: `x-${'very-long-name-'.repeat(6)}.js`,
  broken: 'broken-hx-get',
  off: 'off--javascript',
  removed: 'removed..prototype',
  branches: [
    '"><img/src=x/onerror=window.__pwned=6>/${{secrets.TOKEN}}',
    `${'x'.repeat(120)}/${'y'.repeat(120)}`,
    "<script>window.__pwned=7</script>/\u202Egnp.\u{1F4A5}/';drop-table-runs;--",
    '__proto__',
  ],
  tag: '"><svg/onload=window.__pwned=8>',
  messages: [
    `${script} ${image} ${expression}\n\n${markup}\n${long}`,
    `${override} ${attributes} javascript:window.__pwned=9 \u0000 \u{1F468}\u200D\u{1F469}\u200D\u{1F467} ${'\u0301'.repeat(60)}`,
    `[click](javascript:window.__pwned=10) ${long}`,
  ],
  actor: 'mallory"><b>',
  pullTitle: `${script}${override}${image}${long}`,
  issueTitle: `${attributes} ${markup} ${expression}`,
  watchName: `${image} ${override} ${long.slice(0, 120)}`,
  watchDescription: `${markup} ${attributes}`,
  stepName: script,
  logLine: `${script} ${long} \u001B[31m ${markup}`,
  answer: `<!doctype html>${script}${markup}<meta http-equiv=refresh content="0;url=//evil.example.com">${long}`,
  header: image.replaceAll('"', "'"),
  triggerName: 'hx-get.onload',
  projectName: `${image}${override} ${'P'.repeat(40)}`,
  actionName: `${script} ${image}`,
  tokenName: `${image} ${script}`,
  ticketTitle: `${markup} ${long.slice(0, 300)}`,
  note: `${script} ${override}`,
  secretValues: [
    'hostile-value-of-a-secret-1',
    'hostile-value-of-a-secret-2',
    'hostile-value-of-a-secret-3',
    'hostile-value-of-a-secret-4',
  ],
};

/** The texts of a tenant that nobody else may read anywhere: long enough to be nobody's by accident. */
export function canariesOf(words: Words): string[] {
  const { secretValues, header: _header, tag: _tag, note: _note, ...told } = words;
  const longest = (text: string) => text.split('/').toSorted((a, b) => b.length - a.length)[0] ?? text;
  return [...Object.values(told).flat(), ...secretValues].map((text) => longest(text).slice(0, 60)).filter((text) => text.length >= 8);
}
