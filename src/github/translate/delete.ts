import type { Translation } from '../translation.ts';
import { translateRefHint } from './ref-hint.ts';

/** A deleted branch or tag, announced beside its push (handbook C10). */
export function translateDelete(payload: Record<string, unknown>): Translation {
  return translateRefHint('delete', payload);
}
