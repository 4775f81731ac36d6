import { stripVTControlCharacters, styleText } from 'node:util';

/** How a fact went: as wished, in trouble, or neither. */
type Mark = 'good' | 'bad' | 'plain';

const marks = { good: ['green', '✓'], bad: ['red', '✗'], plain: ['dim', '·'] } as const;

/** Width of the column with the names of things. */
const labelWidth = 10;

/** Writes the demo's story on the terminal, in colour when there is one. */
export interface Narrator {
  title(text: string): void;
  /** A numbered part of the tour, with a sentence of what is to be seen. */
  chapter(text: string, explanation: string): void;
  /** What a person would type. */
  command(text: string): void;
  /** One thing that happened, and to whom. */
  fact(label: string, text: string, mark?: Mark): void;
  /** A detail of the fact above. */
  detail(text: string): void;
  /** Lines in a frame. */
  box(lines: readonly string[]): void;
  line(text: string): void;
}

/** Creates the narrator; styles follow the terminal and NO_COLOR. */
export function createNarrator(print: (line: string) => void): Narrator {
  let chapters = 0;
  const style = (format: Parameters<typeof styleText>[0], text: string) => styleText(format, text, { stream: process.stdout });
  return {
    title: (text) => print(`\n${style('bold', text)}\n`),
    chapter(text, explanation) {
      chapters += 1;
      print(`\n${style(['bold', 'cyan'], `${chapters}  ${text}`)}\n   ${style('dim', explanation)}\n`);
    },
    command: (text) => print(`   ${style('bold', `$ ${text}`)}`),
    fact(label, text, mark = 'plain') {
      const [colour, sign] = marks[mark];
      print(`   ${style(colour, sign)} ${style('cyan', printable(label).padEnd(labelWidth))} ${printable(text)}`);
    },
    detail: (text) => print(`     ${' '.repeat(labelWidth)} ${style('dim', printable(text))}`),
    box(lines) {
      const width = Math.max(...lines.map((line) => line.length));
      const rule = '─'.repeat(width + 2);
      print(`\n ${style('green', `┌${rule}┐`)}`);
      for (const line of lines) print(` ${style('green', '│')} ${line.padEnd(width)} ${style('green', '│')}`);
      print(` ${style('green', `└${rule}┘`)}`);
    },
    line: (text) => print(text),
  };
}

/** Text of strangers (commit messages, branch names) on one line and without power over the terminal. */
function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\p{Cc}+/gu, ' ');
}

/** A time for people: milliseconds below a second, seconds above. */
export function formatTime(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.max(0, Math.round(milliseconds))} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
