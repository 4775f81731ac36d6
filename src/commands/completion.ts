import type { Command } from 'commander';

/** The shells that completion is written for. */
export const shells = ['bash', 'zsh', 'fish'] as const;

/** What can stand behind some words: verbs below them, and options. */
interface Place {
  words: string;
  below: { name: string; about: string }[];
  options: { name: string; about: string }[];
}

/** A script that completes verbs and options in a shell, made from the very verbs that the program parses. */
export function completionScript(program: Command, shell: (typeof shells)[number]): string {
  const places = collect(program, '');
  if (shell === 'fish') return fishScript(places);
  return shell === 'zsh' ? zshScript(places) : bashScript(places);
}

function collect(command: Command, words: string): Place[] {
  const help = command.createHelp();
  const below = help.visibleCommands(command).map((one) => ({ name: one.name(), about: one.summary() || one.description() }));
  const options = help.visibleOptions(command).flatMap(({ long, description }) => (long ? [{ name: long, about: description }] : []));
  const deeper = command.commands.flatMap((one) => collect(one, words === '' ? one.name() : `${words} ${one.name()}`));
  return [{ words, below, options }, ...deeper];
}

/** The verbs that were typed so far are kept in `words`; what is no verb, such as an option or an argument, is passed over. */
const bashWords = `  local words="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$words $word" in
%CASES%
    esac
  done`;

function bashScript(places: Place[]): string {
  const cases = `      ${places
    .slice(1)
    .map(({ words }) => `" ${words}"`)
    .join('|')}) words="$words $word" ;;`;
  const lists = places.map(({ words, below, options }) => {
    const names = [...below, ...options].map(({ name }) => name).join(' ');
    return `    "${words === '' ? '' : ` ${words}`}") list="${names}" ;;`;
  });
  return `# repowatch completion bash >> ~/.bashrc
_repowatch() {
${bashWords.replace('%CASES%', cases)}
  local list=""
  case "$words" in
${lists.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$list" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _repowatch repowatch
`;
}

function quote(text: string): string {
  return text
    .replaceAll(/['\\`$"[\]:]/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function zshScript(places: Place[]): string {
  const cases = places
    .slice(1)
    .map(({ words }) => `" ${words}"`)
    .join('|');
  const lists = places.map(({ words, below, options }) => {
    const names = [...below, ...options].map(({ name, about }) => `'${name}:${quote(about)}'`).join(' ');
    return `    "${words === '' ? '' : ` ${words}`}") list=(${names}) ;;`;
  });
  return `#compdef repowatch
# repowatch completion zsh > "\${fpath[1]}/_repowatch"
_repowatch() {
  local verbs="" word
  local -a list
  for word in "\${words[@]:1:CURRENT-2}"; do
    case "$verbs $word" in
      ${cases}) verbs="$verbs $word" ;;
    esac
  done
  case "$verbs" in
${lists.join('\n')}
  esac
  _describe repowatch list || _files
}
if [ "$funcstack[1]" = "_repowatch" ]; then _repowatch "$@"; else compdef _repowatch repowatch; fi
`;
}

function fishScript(places: Place[]): string {
  const lines = places.flatMap(({ words, below, options }) => {
    const condition = `-n '__repowatch_at "${words}"'`;
    return [
      ...below.map(({ name, about }) => `complete -c repowatch -f ${condition} -a '${name}' -d '${quote(about)}'`),
      ...options.map(({ name, about }) => `complete -c repowatch ${condition} -l '${name.slice(2)}' -d '${quote(about)}'`),
    ];
  });
  const known = places.slice(1).map(({ words }) => `"${words}"`);
  return `# repowatch completion fish > ~/.config/fish/completions/repowatch.fish
function __repowatch_at
  set -l verbs ""
  for word in (commandline -opc)[2..]
    set -l longer (string trim -- "$verbs $word")
    contains -- "$longer" ${known.join(' ')}; and set verbs "$longer"
  end
  test "$verbs" = "$argv[1]"
end
${lines.join('\n')}
`;
}
