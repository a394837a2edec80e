import type { Principal } from '../access/can.ts'
import type { Tx } from '../db/tx.ts'
import type { Environment, PlanDeps } from './deps.ts'
import { shownTo } from './apply.ts'
import { makeDraft, type Planned } from './draft.ts'

/**
 * What applying the file would change, what a person should know about it, and who would be paged
 * differently from then on. Writes nothing.
 * @throws FileRefused with every mistake and its place; Problem where it is not theirs to change
 */
export async function plan(
  tx: Tx,
  who: Principal,
  text: string,
  env: Environment,
  deps: PlanDeps,
): Promise<Planned> {
  return shownTo(who, await makeDraft(tx, text, env, deps, who))
}
