import type { Translation } from '../translation.ts';
import { translateRefHint } from './ref-hint.ts';

/** A new branch or tag, announced beside its push (handbook C10). */
export function translateCreate(payload: Record<string, unknown>): Translation {
  return translateRefHint('create', payload);
}
