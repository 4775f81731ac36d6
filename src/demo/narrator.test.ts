import { expect, test } from '@jest/globals';
import { createNarrator } from './narrator.ts';

test('the text of strangers stays on its line and has no power over the terminal', () => {
  const lines: string[] = [];
  const narrator = createNarrator((line) => void lines.push(line));
  narrator.fact('\u001B[2Jevil', 'pushed\r\n\u001B]0;title\u0007 twice\u0000', 'good');
  expect(lines).toHaveLength(1);
  for (const sign of ['\r', '\n', '\u0000', '\u0007']) expect(lines[0]).not.toContain(sign);
  expect(lines[0]).not.toContain('\u001B[2J');
  expect(lines[0]).not.toContain('\u001B]0;');
  expect(lines[0]).toContain('pushed');
});
