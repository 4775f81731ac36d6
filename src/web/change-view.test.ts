import { expect, test } from '@jest/globals';
import { changeTypes } from '../changes/change.ts';
import { changeIcon, howKnown } from './change-view.ts';
import { icon } from './icons.ts';

test.each(changeTypes)('%s has an icon, and a word for how it became known', (type) => {
  expect(String(changeIcon(type))).toContain('<svg');
  const known = howKnown({ type, origin: 'manual' });
  expect(String(icon(known.icon))).toContain('<svg');
  expect(known.sentence.length).toBeGreaterThan(10);
});
