import type { Db } from '../db/connect.ts';

/** What is asked: the fact, what undoes it, and the delivery that tells it now. */
export interface MeaningQuestion {
  repositoryId: string;
  fact: string;
  opposite: string;
  deliveryId: string | null;
}

/** How often a fact and its opposite may take turns under one text; beyond it they are told apart by their delivery. */
const maxTurns = 100;

const turn = (fact: string, number: number) => (number === 1 ? fact : `${fact}#${number}`);

/**
 * The meaning to record a fact under that has an opposite; undefined when it is known. The same fact is news again once its
 * opposite came after it: label added, removed, added. A delivery that told it before tells nothing new, whatever came since.
 */
export async function settleMeaning(trx: Db, question: MeaningQuestion): Promise<string | undefined> {
  const { repositoryId, fact, opposite, deliveryId } = question;
  const turnsOf = (text: string) => Array.from({ length: maxTurns }, (_, index) => turn(text, index + 1));
  const { rows } = await trx.raw<{ rows: { meaning: string; own: boolean; same_delivery: boolean }[] }>(
    `select c.meaning, c.meaning = any(?::text[]) as own,
       c.delivery_id is not null and (c.delivery_id = n.id or d.guid = n.guid) as same_delivery
     from changes c left join deliveries d on d.id = c.delivery_id left join deliveries n on n.id = ?
     where c.repository_id = ? and c.meaning = any(?::text[]) order by c.id`,
    [turnsOf(fact), deliveryId, repositoryId, [...turnsOf(fact), ...turnsOf(opposite)]],
  );
  const own = rows.filter((row) => row.own);
  if (own.length === 0) return fact;
  if (rows.at(-1)!.own || own.some((row) => row.same_delivery)) return undefined;
  return own.length < maxTurns ? turn(fact, own.length + 1) : `${fact}#${deliveryId ?? 'beyond'}`;
}
