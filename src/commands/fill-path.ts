import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { OptionValues } from './remote-verb.ts';

/** The names of the parameters of a path, in their order: what stands behind a verb. */
export function parametersOf(path: string): string[] {
  return [...path.matchAll(/:([a-z]+)/g)].map((found) => found[1]!);
}

/** Puts what was given into a path, so that nothing of it can be another part of the path. */
export function fillPath(path: string, args: Record<string, string>): Outcome<string> {
  for (const name of parametersOf(path)) {
    const value = args[name] ?? '';
    // A path loses what is only dots, and then another address would be asked.
    if (value === '' || /^\.{1,2}$/.test(value)) return failed('request_invalid', `\`${value}\` is no ${name}.`);
    if (name === 'repository' && !/^(?!\.{1,2}\/)[^/\s]+\/(?!\.{1,2}$)[^/\s]+$/.test(value))
      return failed('request_invalid', `\`${value}\` is no repository. Write owner/name.`);
  }
  const encode = (name: string) =>
    args[name]!.split(name === 'repository' ? '/' : '\0')
      .map(encodeURIComponent)
      .join('/');
  return ok(path.replaceAll(/:([a-z]+)/g, (_, name: string) => encode(name)));
}

/** Adds what is set to the query of a path. `repository: ['a', 'b']` becomes two parts of that name. */
export function addQuery(path: string, query: Record<string, string | readonly string[] | undefined>): string {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) for (const one of value === undefined ? [] : [value].flat()) words.append(name, one);
  const text = words.toString();
  return text === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${text}`;
}

/** `--watch` is for looking again and again, so the filter has a longer name here. */
const apiNames: Record<string, string> = { watchKey: 'watch' };

/** The options of these names as the API calls them: `--replay-of` is `replay_of`, a switch is `true`. */
export function optionsAsQuery(options: OptionValues, names: readonly string[]): Record<string, string | string[]> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = options[name];
      if (value === undefined) return [];
      return [
        [apiNames[name] ?? name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), Array.isArray(value) ? value : String(value)],
      ];
    }),
  );
}

/** The names by which commander keeps options, from their flags: `--replay-of <run>` is `replayOf`. */
export function optionNames(options: Record<string, string> = {}): string[] {
  return Object.keys(options).map((flags) => {
    const name = /--(?:no-)?([a-z-]+)/.exec(flags)?.[1] ?? '';
    return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  });
}
