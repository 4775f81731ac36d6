/** What a check of a field says, and what people are told instead. */
const words: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^Invalid input: expected \w+, received undefined/, () => 'is needed'],
  [/^Too small: expected string to have >=1 characters/, () => 'must not be empty'],
  [/^Too small: expected (?:string|array) to have >=(\d+) (characters|items)/, (count, what) => `must have at least ${count} ${what}`],
  [/^Too big: expected (?:string|array) to have <=(\d+) (characters|items)/, (count, what) => `must have at most ${count} ${what}`],
  [/^Too small: expected number to be (>=|>)(\S+)/, (sign, count) => `must be ${sign === '>' ? 'more than' : 'at least'} ${count}`],
  [/^Too big: expected number to be (<=|<)(\S+)/, (sign, count) => `must be ${sign === '<' ? 'less than' : 'at most'} ${count}`],
  [/^Invalid option: expected one of (.+)/, (options) => `must be one of ${options.split('|').join(', ')}`],
  [/^Invalid input: expected "?([^",]+)"?$/, (wanted) => `must be ${wanted}`],
  [/^Invalid input: expected (int|number), received \w+/, () => 'must be a number'],
  [/^Invalid input: expected boolean, received \w+/, () => 'must be true or false'],
  [/^Invalid input: expected string, received \w+/, () => 'must be text'],
  [/^Invalid input: expected array, received \w+/, () => 'must be a list'],
  [/^Invalid input: expected (?:object|record), received \w+/, () => 'must be an object'],
  [/^Invalid email address/, () => 'must be an e-mail address'],
  [/^Invalid URL/, () => 'must be an address such as https://example.com'],
  [/^Invalid ISO (?:datetime|date)/, () => 'must be a moment such as 2030-01-01T00:00:00Z'],
];

/** A check's message in words that stand behind the name of a field. What is not known is told as it is. */
export function describeFieldMessage(message: string): string {
  for (const [pattern, tell] of words) {
    const found = pattern.exec(message);
    if (found) return tell(...found.slice(1));
  }
  return message;
}
